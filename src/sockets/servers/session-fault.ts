import { rejection, type Rejection } from '../../auth/rejection.ts';

/** What a client did wrong below the packets of Socket.IO, so that its session ended; absent where the network failed. */
export type SessionFault = 'too-long' | 'frame' | 'engine-packet' | 'overlap' | 'content-type';

type Words = Pick<Rejection, 'message' | 'hint'>;

const WORDS: Readonly<Record<Exclude<SessionFault, 'too-long'>, Required<Words>>> = {
  frame: {
    message: 'a client sent frames that violate the WebSocket protocol',
    hint: 'not a WebSocket client, or a proxy that changes frames',
  },
  'engine-packet': {
    message: 'a client sent a packet that is not one of Engine.IO 4',
    hint: 'not a Socket.IO client, or one of Socket.IO 2; clients use socket.io-client 4',
  },
  overlap: {
    message: 'a client sent two polling requests of one session at once',
    hint: 'does a proxy repeat requests, or do two clients share a session?',
  },
  'content-type': {
    message: 'a polling request has the content type application/octet-stream',
    hint: 'a client of Socket.IO 2, or a proxy that changes headers; clients use socket.io-client 4',
  },
};

/** `auth.resume` grows with the routes of a client. */
const TOO_LONG_CONNECT: Words = {
  message: 'a message was too long, and its client was not accepted yet',
  hint: 'are `auth` or `auth.resume` of the client very large? The limit is MAX_CLIENT_MESSAGE_BYTES',
};

export const TOO_LONG_REQUEST = rejection('message-too-large', {
  message: 'a polling request was too long, or arrived in too many chunks',
  hint: 'in a handshake, are `auth` or `auth.resume` of the client very large? The limit is MAX_CLIENT_MESSAGE_BYTES',
});

/** @param isIn whether a client of the session was accepted. */
export function rejectionOfFault(fault: SessionFault, isIn: boolean): Rejection {
  if (fault === 'too-long') return rejection('message-too-large', isIn ? {} : TOO_LONG_CONNECT);
  return rejection(isIn ? 'packet-malformed' : 'handshake-malformed', WORDS[fault]);
}
