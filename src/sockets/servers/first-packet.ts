import { rejection, type Rejection } from '../../auth/rejection.ts';
import { looksLikeMsgpack, msgpackOf } from './msgpack.ts';
import { isObject } from '../../schema/json.ts';

/** What becomes of a packet that goes no further. */
export interface PacketAnswer {
  /** A packet to send. */
  readonly answer?: string | Buffer;
  /** Whether the session ends with it. */
  readonly ends: boolean;
}

/** Why a packet is not served; its answer is a CONNECT_ERROR, which a stock client shows. */
export interface PacketRefusal extends PacketAnswer {
  readonly rejection: Rejection;
}

const MAIN = '/';
/** The answer repeats the name: a longer one is no mistake of a developer. */
const LONGEST_NAMESPACE = 100;
const CONNECT = '0';
const CONNECT_ERROR = '4';

/**
 * Judges what a session sends in place of a CONNECT to the main namespace. A parser only says "invalid" and Socket.IO ends
 * the session without a word, which a stock client takes for a network fault: it comes back for ever.
 *
 * @param isIn whether a client of this session was let in: then only a further CONNECT is judged.
 */
export function refusalOfPacket(message: string | Buffer, isIn: boolean): PacketRefusal | undefined {
  if (typeof message === 'string' && message.startsWith(CONNECT)) return refusalOfConnect(message);
  if (isIn) return undefined;
  const why = outOfPlace(message);
  return typeof message === 'string' ? endedBy(why) : { rejection: why, ...answerInBytes(message, why), ends: true };
}

function refusalOfConnect(message: string): PacketRefusal | undefined {
  const namespace = namespaceIn(message);
  if (namespace.length > LONGEST_NAMESPACE) return { rejection: UNKNOWN_NAMESPACE, ends: true };
  if (namespace !== MAIN) return unknownNamespace(namespace);
  const auth = message.slice(message.startsWith('0/,') ? 3 : message === '0/' ? 2 : 1);
  const found = faultOf(auth);
  return found === undefined ? undefined : endedBy(malformedAuth(found));
}

function namespaceIn(message: string): string {
  if (message.charAt(1) !== '/') return MAIN;
  const end = message.indexOf(',');
  return message.slice(1, end === -1 ? undefined : end);
}

/** What `auth` is in place of an object; the digits of a number look like the id of a packet. */
function faultOf(auth: string): string | undefined {
  if (auth === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(auth);
  } catch (error) {
    if (error instanceof SyntaxError) return 'no JSON';
    throw error;
  }
  if (isObject(value)) return undefined;
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

function malformedAuth(found: string): Rejection {
  return rejection('handshake-malformed', {
    message: `auth must be an object: { token }; found ${found}`,
    hint: 'clients connect with io(url, { auth: { token } })',
  });
}

const UNKNOWN_NAMESPACE = rejection('namespace-unknown', {
  hint: 'a path in the URL that a client gives to io() is a namespace; another path is its option `path`, and SOCKET_PATH here',
});

/** Its name is for the client only: the log could show an id or a token with it. */
function unknownNamespace(name: string): PacketRefusal {
  const message = `only the main namespace; ${JSON.stringify(name)} in the URL is a namespace, not a path`;
  return { rejection: UNKNOWN_NAMESPACE, answer: connectError(name, { ...UNKNOWN_NAMESPACE, message }), ends: false };
}

const OTHER_PARSER = 'the gateway speaks the default parser of Socket.IO: remove the option `parser` of the client';

function outOfPlace(message: string | Buffer): Rejection {
  const isOfOtherParser = typeof message !== 'string' || message.startsWith('{');
  return rejection('handshake-malformed', {
    message: isOfOtherParser
      ? 'the first packet is not one of the default parser of Socket.IO; remove the client option `parser`'
      : 'the first packet must be a CONNECT of Socket.IO 4',
    hint: isOfOtherParser ? OTHER_PARSER : 'a client that is not of Socket.IO, or one with a parser of its own',
  });
}

function endedBy(why: Rejection): PacketRefusal {
  return { rejection: why, answer: connectError(MAIN, why), ends: true };
}

/** Text would be a fault in the reader of whoever speaks in bytes. */
function answerInBytes(message: Buffer, { code, message: words, retry }: Rejection): Pick<PacketRefusal, 'answer'> {
  if (!looksLikeMsgpack(message)) return {};
  const data = { message: words, data: { code, message: words, retry } };
  return { answer: msgpackOf({ type: Number(CONNECT_ERROR), nsp: MAIN, data }) };
}

function connectError(namespace: string, { code, message, retry }: Rejection): string {
  const head = namespace === MAIN ? CONNECT_ERROR : `${CONNECT_ERROR}${namespace},`;
  return head + JSON.stringify({ message, data: { code, message, retry } });
}
