import { rejection, type Rejection } from '../../auth/rejection.ts';
import { looksLikeMsgpack, msgpackOf } from './msgpack.ts';
import { isObject } from '../../schema/json.ts';

/** The answer to a packet that is not passed on. */
export interface PacketAnswer {
  /** The packet to send; a CONNECT_ERROR, which a stock client shows, where the packet is refused. */
  readonly answer?: string | Buffer;
  /** Why the packet is refused; absent where it is only discarded. */
  readonly rejection?: Rejection;
  /** Whether the session is closed after it. */
  readonly ends: boolean;
}

/** A session without a CONNECT, with one that is being authenticated, or with an accepted client. */
export type SessionStage = 'new' | 'asked' | 'in';

const MAIN = '/';
/** The answer repeats the name up to this length; longer names are not developers' mistakes. */
const LONGEST_NAMESPACE = 100;
const CONNECT = '0';
const CONNECT_ERROR = '4';

/**
 * Checks what a session sends instead of a CONNECT to the main namespace. A parser only reports "invalid", and Socket.IO
 * ends the session without an answer, which a stock client takes for a network failure and retries forever. Of an accepted
 * client only a further CONNECT is checked.
 */
export function refusalOfPacket(message: string | Buffer, stage: SessionStage): PacketAnswer | undefined {
  if (typeof message === 'string' && message.startsWith(CONNECT)) return refusalOfConnect(message, stage);
  if (stage === 'in') return undefined;
  const why = stage === 'asked' ? TOO_EARLY : outOfPlace(message);
  return typeof message === 'string' ? endedBy(why) : { rejection: why, ...answerInBytes(message, why), ends: true };
}

function refusalOfConnect(message: string, stage: SessionStage): PacketAnswer | undefined {
  const namespace = namespaceIn(message);
  // No answer to such a name can be read. A client of the main namespace on the same session is served on.
  if (!isAnswerable(namespace)) return { rejection: UNANSWERABLE_NAMESPACE, ends: stage === 'new' };
  if (namespace !== MAIN) return unknownNamespace(namespace);
  if (stage !== 'new') return { rejection: SECOND_CONNECT, ends: false };
  const auth = message.slice(message.startsWith('0/,') ? 3 : message === '0/' ? 2 : 1);
  const found = kindOf(auth);
  return found === undefined ? undefined : endedBy(malformedAuth(found));
}

function namespaceIn(message: string): string {
  if (message.charAt(1) !== '/') return MAIN;
  const first = message.indexOf(',');
  if (first === -1) return message.slice(1);
  return message.slice(1, endOfNamespace(message) ?? first);
}

/** Finds the comma that ends the name, which may contain commas: behind it is JSON, or nothing. */
function endOfNamespace(message: string): number | undefined {
  for (let at = message.indexOf(','); at !== -1 && at <= LONGEST_NAMESPACE + 1; at = message.indexOf(',', at + 1))
    if (kindOf(message.slice(at + 1)) !== NO_JSON) return at;
  return undefined;
}

/** A comma ends the name of a namespace in every packet, so that a client never receives an answer to a name with one. */
function isAnswerable(namespace: string): boolean {
  return namespace.length <= LONGEST_NAMESPACE && !namespace.includes(',');
}

const NO_JSON = 'no JSON';

/** Names the type of `auth` where it is not an object; the digits of a number look like a packet id. */
function kindOf(auth: string): string | undefined {
  if (auth === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(auth);
  } catch (error) {
    if (error instanceof SyntaxError) return NO_JSON;
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
    hint:
      found === NO_JSON
        ? 'not a Socket.IO client, or one that names a namespace without its slash; clients connect with io(url, { auth: { token } })'
        : 'clients connect with io(url, { auth: { token } })',
  });
}

export const SECOND_CONNECT = rejection('handshake-malformed', {
  message: 'a second CONNECT arrived on one session; the first one counts',
  hint: 'does the client call the callback of its `auth` function twice, or connect() while it connects? Once per connection is enough',
});

const TOO_EARLY = rejection('handshake-malformed', {
  message: 'a packet arrived before its CONNECT was answered',
  hint: 'not a stock Socket.IO client: those send nothing between CONNECT and its answer',
});

const UNKNOWN_NAMESPACE = rejection('namespace-unknown', {
  hint: 'a path in the URL that a client gives to io() is a namespace; another path is its option `path`, and SOCKET_PATH here',
});

const UNANSWERABLE_NAMESPACE = rejection('namespace-unknown', {
  message: 'the gateway has only the main namespace; this one has a comma in its name, or more than 100 characters',
  hint: 'the client receives no answer, because the protocol has none for such a name; connect with io(url), without a path in the URL',
});

/** The name goes to the client only: it may hold an id or a token, which the log must not show. */
function unknownNamespace(name: string): PacketAnswer {
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

function endedBy(why: Rejection): PacketAnswer {
  return { rejection: why, answer: connectError(MAIN, why), ends: true };
}

/** Answers in bytes to a parser that expects bytes; text would be an error there. */
function answerInBytes(message: Buffer, { code, message: words, retry }: Rejection): Pick<PacketAnswer, 'answer'> {
  if (!looksLikeMsgpack(message)) return {};
  const data = { message: words, data: { code, message: words, retry } };
  return { answer: msgpackOf({ type: Number(CONNECT_ERROR), nsp: MAIN, data }) };
}

function connectError(namespace: string, { code, message, retry }: Rejection): string {
  const head = namespace === MAIN ? CONNECT_ERROR : `${CONNECT_ERROR}${namespace},`;
  return head + JSON.stringify({ message, data: { code, message, retry } });
}
