import { rejection, type Rejection } from '../../auth/rejection.ts';
import { looksLikeMsgpack, msgpackOf } from './msgpack.ts';
import { isObject } from '../../schema/json.ts';

/** The answer to a packet that is not passed on. */
export interface PacketAnswer {
  /** The packet to send. */
  readonly answer?: string | Buffer;
  /** Whether the session is closed after it. */
  readonly ends: boolean;
}

/** Why a packet is refused; the answer is a CONNECT_ERROR, which a stock client shows. */
export interface PacketRefusal extends PacketAnswer {
  readonly rejection: Rejection;
}

const MAIN = '/';
/** The answer repeats the name up to this length; longer names are not developers' mistakes. */
const LONGEST_NAMESPACE = 100;
const CONNECT = '0';
const CONNECT_ERROR = '4';

/**
 * Checks what a session sends instead of a CONNECT to the main namespace. A parser only reports "invalid", and Socket.IO
 * ends the session without an answer, which a stock client takes for a network failure and retries forever.
 *
 * @param isIn whether a client of this session was accepted: then only a further CONNECT is checked.
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
  const found = kindOf(auth);
  return found === undefined ? undefined : endedBy(malformedAuth(found));
}

function namespaceIn(message: string): string {
  if (message.charAt(1) !== '/') return MAIN;
  const end = message.indexOf(',');
  return message.slice(1, end === -1 ? undefined : end);
}

/** Names the type of `auth` where it is not an object; the digits of a number look like a packet id. */
function kindOf(auth: string): string | undefined {
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

/** The name goes to the client only: it may hold an id or a token, which the log must not show. */
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
    hint: isOfOtherParser ? OTHER_PARSER : 'not a Socket.IO client, or one with a custom parser',
  });
}

function endedBy(why: Rejection): PacketRefusal {
  return { rejection: why, answer: connectError(MAIN, why), ends: true };
}

/** Answers in bytes to a parser that expects bytes; text would be an error there. */
function answerInBytes(message: Buffer, { code, message: words, retry }: Rejection): Pick<PacketRefusal, 'answer'> {
  if (!looksLikeMsgpack(message)) return {};
  const data = { message: words, data: { code, message: words, retry } };
  return { answer: msgpackOf({ type: Number(CONNECT_ERROR), nsp: MAIN, data }) };
}

function connectError(namespace: string, { code, message, retry }: Rejection): string {
  const head = namespace === MAIN ? CONNECT_ERROR : `${CONNECT_ERROR}${namespace},`;
  return head + JSON.stringify({ message, data: { code, message, retry } });
}
