import { DeadlineExceeded } from './deadline.ts';
import { isReplyError } from './reply-error.ts';

/** Why a connection failed. */
export interface ConnectCause {
  /** For the log; it may name hosts. */
  readonly text: string;
  /** For /health, which is public: without hosts, addresses and users. Undefined for a cause that only the log may name. */
  readonly summary: string | undefined;
  /** Redis refuses the login or the connection: an early retry is in vain. */
  readonly refused: boolean;
}

interface Rule {
  readonly pattern: RegExp;
  readonly text: (match: RegExpExecArray) => string;
  readonly summary?: string;
}

const TRUST = 'REDIS_TLS_CA_FILE names the certificate to trust';
const MAY_BE_TLS = 'closed without a reply; where the port speaks TLS, the URL begins with rediss';
const MAY_BE_PLAIN = 'no answer to TLS; where the port speaks plain text, the URL begins with redis';

const TLS_MISMATCH = 'one side speaks TLS and the other does not';
const NOT_ACCEPTED = 'its certificate is not accepted';
const NO_ANSWER = 'no answer';

/** Texts of Node, OpenSSL and ioredis that do not say what an operator can do. */
const RULES: readonly Rule[] = [
  // Redis continues for a thousand characters.
  { pattern: /^DENIED [^.]*/, text: ([sentence]) => sentence },
  // A reply that arrived before a command was sent.
  { pattern: /^Command queue state error.*? Last (?:error|reply): (.*)$/s, text: ([, reply = '']) => reply },
  { pattern: /^Unknown RESP type/, text: () => 'this is no Redis: it does not speak its protocol' },
  {
    pattern: /self-signed certificate(?: in certificate chain)?|unable to (?:verify|get)[^;]*certificate[^;]*/,
    text: ([words]) => `${words}; ${TRUST}`,
    summary: NOT_ACCEPTED,
  },
  {
    pattern: /wrong version number|packet length too long|http request/,
    text: () => 'the port does not speak TLS, the URL begins with redis',
    summary: TLS_MISMATCH,
  },
  {
    pattern: /:error:[0-9A-F]+:[^:]*:[^:]*:([^:]*certificate[^:]*):/,
    text: ([, reason = '']) => `TLS: ${reason}; REDIS_TLS_CLIENT_CERT_FILE names the certificate to show`,
    summary: NOT_ACCEPTED,
  },
  { pattern: /:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/, text: ([, reason = '']) => `TLS: ${reason}` },
  {
    pattern: /^Client network socket disconnected before secure TLS/,
    text: () => 'closed during the TLS handshake: too many clients, or the port does not speak TLS',
    summary: TLS_MISMATCH,
  },
  { pattern: /^certificate has expired/, text: ([words]) => words, summary: 'its certificate has expired' },
  { pattern: /^.*(?:certificate|altnames).*$/is, text: ([words]) => words, summary: NOT_ACCEPTED },
];

const CLOSED =
  /^(?:(?:read|write) (?:EPIPE|ECONNRESET)|Connection is closed\.|Command aborted due to connection close|Stream isn't writeable.*)$/;
/** Replies that hold no address; NOPERM may name the user. */
const REPLY = /\b(?:DENIED|NOAUTH|WRONGPASS|NOPERM|LOADING|MASTERDOWN|CLUSTERDOWN|ERR max number)\b[^;.:]*/;
const CODE = /\b(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)\b/;
const REFUSED = /^(?:WRONGPASS|NOAUTH|NOPERM|DENIED|ERR invalid password|ERR AUTH)/;

/** Reads only the message of the error: its other fields hold the command, and the command AUTH holds the password. */
export function connectCauseOf(error: unknown, tls: boolean): ConnectCause {
  const message = error instanceof Error ? error.message.trim().replace(/:$/, '') || error.name : String(error);
  if (tls && (message === 'connect ETIMEDOUT' || error instanceof DeadlineExceeded))
    return { text: MAY_BE_PLAIN, summary: TLS_MISMATCH, refused: false };
  if (error instanceof DeadlineExceeded) return { text: message, summary: NO_ANSWER, refused: false };
  if (CLOSED.test(message))
    return tls
      ? { text: 'closed without a reply', summary: undefined, refused: false }
      : { text: MAY_BE_TLS, summary: TLS_MISMATCH, refused: false };
  for (const { pattern, text, summary } of RULES) {
    const match = pattern.exec(message);
    if (match) return causeIn(text(match), summary);
  }
  return causeIn(message);
}

function causeIn(text: string, summary?: string): ConnectCause {
  return { text, summary: summary ?? summaryOfText(text), refused: REFUSED.test(text) };
}

function summaryOfText(text: string): string | undefined {
  const [words] = REPLY.exec(text) ?? CODE.exec(text) ?? [];
  return words?.trim().replace(/\bUser \S+ has/, 'the user has');
}

/** The summary of an error, or of the error that caused it. */
export function summaryOf(error: unknown): string | undefined {
  if (error instanceof ConnectFailed) return error.reason.summary;
  if (error instanceof DeadlineExceeded) return NO_ANSWER;
  if (isReplyError(error)) return summaryOfText(error.message);
  return error instanceof Error ? summaryOf(error.cause) : undefined;
}

/** Names the server and the cause; never a password. */
export class ConnectFailed extends Error {
  readonly reason: ConnectCause;

  /** @param server host:port */
  constructor(server: string, reason: ConnectCause) {
    super(`${server}: ${reason.text}`);
    this.name = 'ConnectFailed';
    this.reason = reason;
  }
}
