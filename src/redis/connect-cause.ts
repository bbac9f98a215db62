import { DeadlineExceeded } from './deadline.ts';

const TRUST = 'REDIS_TLS_CA_FILE names the certificate to trust';
const MAY_BE_TLS = 'closed without a reply; where the port speaks TLS, the URL begins with rediss';
const MAY_BE_PLAIN = 'no answer to TLS; where the port speaks plain text, the URL begins with redis';

/** Words of Node, OpenSSL and ioredis that do not say what an operator can do. */
const CAUSES: readonly (readonly [words: RegExp, cause: (match: RegExpExecArray) => string])[] = [
  // Redis goes on for a thousand characters.
  [/^DENIED [^.]*/, ([sentence]) => sentence],
  // A reply that came before anything was asked.
  [/^Command queue state error.*? Last (?:error|reply): (.*)$/s, ([, reply = '']) => reply],
  [/^Unknown RESP type/, () => 'this is no Redis: it does not speak its protocol'],
  [
    /self-signed certificate(?: in certificate chain)?|unable to (?:verify|get)[^;]*certificate[^;]*/,
    ([words]) => `${words}; ${TRUST}`,
  ],
  [
    /wrong version number|packet length too long|http request/,
    () => 'the port does not speak TLS, the URL begins with redis',
  ],
  [/:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/, ([, reason = '']) => `TLS: ${reason}${certificateHint(reason)}`],
  [
    /^Client network socket disconnected before secure TLS/,
    () => 'closed during the TLS handshake: too many clients, or the port does not speak TLS',
  ],
];

const CLOSED =
  /^(?:(?:read|write) (?:EPIPE|ECONNRESET)|Connection is closed\.|Command aborted due to connection close|Stream isn't writeable.*)$/;

/** Why a connection failed, in words for the log. Its words alone: the error holds the command, and AUTH's the password. */
export function causeOf(error: unknown, tls: boolean): string {
  const words = error instanceof Error ? error.message.trim().replace(/:$/, '') || error.name : String(error);
  if (tls && (words === 'connect ETIMEDOUT' || error instanceof DeadlineExceeded)) return MAY_BE_PLAIN;
  if (CLOSED.test(words)) return tls ? 'closed without a reply' : MAY_BE_TLS;
  for (const [pattern, cause] of CAUSES) {
    const match = pattern.exec(words);
    if (match) return cause(match);
  }
  return words;
}

function certificateHint(reason: string): string {
  return /certificate/.test(reason) ? '; REDIS_TLS_CLIENT_CERT_FILE names the certificate to show' : '';
}
