import { rejection, type Rejection } from '../../auth/rejection.ts';
import type { PacketAnswer } from './first-packet.ts';

const HINT = 'not a stock client of Socket.IO 4, or a proxy that changes packets; clients use socket.io-client 4';

/** A DISCONNECT, an event or an acknowledgement in the main namespace, which the parser reads. */
const READ_BY_PARSER = /^[123](?!\/[^,])/;

/** DISCONNECT to an error of a CONNECT: the types of text packets. */
const KNOWN_TYPE = /^[0-6]/;

/** Checks the text packets of an accepted client, binary events excepted. */
export function refusalOfLaterPacket(message: string | Buffer): PacketAnswer | undefined {
  if (typeof message !== 'string' || READ_BY_PARSER.test(message)) return undefined;
  if (!KNOWN_TYPE.test(message)) return endedBy(NOT_PARSED);
  return endedBy(message.startsWith(CONNECT_ERROR) ? SERVER_PACKET : OTHER_NAMESPACE);
}

export function packetMalformed(message: string, hint = HINT): Rejection {
  return rejection('packet-malformed', { message, hint });
}

export function endedBy(why: Rejection): PacketAnswer {
  return { rejection: why, ends: true };
}

/** The parser does not read a packet. */
export const NOT_PARSED = packetMalformed(
  'a packet is not one of the default parser of Socket.IO',
  `an event with a reserved name (connect, disconnect, …), or ${HINT}`,
);

const CONNECT_ERROR = '4';
const SERVER_PACKET = packetMalformed('a client sent a CONNECT_ERROR, which only servers send');
const OTHER_NAMESPACE = packetMalformed(
  'a packet is for a namespace that its client is not in',
  'the gateway has only the main namespace; clients connect with io(url), without a path in the URL',
);
