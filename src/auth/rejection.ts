/**
 * Why a socket was refused. `retry` tells whether the same client may be let in later: those that may are never told
 * "unauthorized", for a stock client then stays away for ever. Documented in docs/errors.md; a test compares the lists.
 */
export const REJECTIONS = {
  'token-missing': { retry: false, message: 'unauthorized: no token was given; send it as auth.token' },
  'token-malformed': { retry: false, message: 'unauthorized: a token is text of 1 to 4096 visible ASCII characters' },
  'token-invalid': { retry: false, message: 'unauthorized: the token is not valid, or no longer' },
  'no-user-id': { retry: false, message: 'unauthorized: the token is valid, and belongs to no user' },
  'origin-refused': { retry: false, message: 'this page may not connect: its origin is not in CORS_ORIGIN' },
  'handshake-malformed': { retry: false, message: 'not a handshake of Socket.IO 4' },
  'namespace-unknown': { retry: false, message: 'the gateway has the main namespace only' },
  'path-unknown': { retry: false, message: 'no Socket.IO at this path' },
  'too-many-packets': { retry: true, message: 'more packets than a client may send' },
  'message-too-large': { retry: true, message: 'a message longer than a client may send' },
  'instance-full': { retry: true, message: 'this instance has as many connections as it takes' },
  'address-limit': { retry: true, message: 'as many connections from this address as may be' },
  'user-limit': { retry: true, message: 'as many connections of this user as may be' },
  'too-many-handshakes': { retry: true, message: 'more handshakes a second than this instance takes' },
  'handshake-timeout': { retry: true, message: 'the handshake was not finished in time' },
  'session-unknown': { retry: true, message: 'the polling session is not known here' },
  'auth-unavailable': { retry: true, message: 'the auth service cannot answer' },
  'auth-busy': { retry: true, message: 'more clients at once than the auth service can be asked about' },
  draining: { retry: true, message: 'this instance is shutting down' },
} as const;

export type RejectionCode = keyof typeof REJECTIONS;

export interface Rejection {
  readonly code: RejectionCode;
  /** One of a closed list: the log is throttled by it. */
  readonly message: string;
  readonly retry: boolean;
  /** What to look at; for the log, the client does not get it. */
  readonly hint?: string;
  /** What the request said, short and without secrets; for the log too. */
  readonly found?: Readonly<Record<string, string>>;
}

/** @param words where more is known than the code says; never a token, an id or a payload: the log shows them. */
export function rejection(
  code: RejectionCode,
  words: Partial<Pick<Rejection, 'message' | 'hint' | 'found'>> = {},
): Rejection {
  return { code, ...REJECTIONS[code], ...words };
}
