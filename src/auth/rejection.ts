/**
 * Why a client was refused. `retry`: the same client may be admitted later; such a message never says "unauthorized", for a
 * stock client would then never reconnect. Documented in docs/errors.md; a test compares the lists.
 */
export const REJECTIONS = {
  'token-missing': { retry: false, message: 'unauthorized: no token was sent; send it as auth.token' },
  'token-malformed': {
    retry: false,
    message: 'unauthorized: a token is text of 1 to 4096 visible ASCII characters, or a JWT of up to 16384',
  },
  'token-invalid': { retry: false, message: 'unauthorized: the token is invalid or has expired' },
  'token-expired': { retry: true, message: 'the token of the connection has expired' },
  'other-user': { retry: false, message: 'the new token belongs to another user than the connection' },
  'no-user-id': { retry: false, message: 'unauthorized: the token is valid but belongs to no user' },
  'origin-refused': { retry: false, message: 'this page may not connect: its origin is not in CORS_ORIGIN' },
  'handshake-malformed': { retry: false, message: 'not a Socket.IO 4 handshake' },
  'namespace-unknown': { retry: false, message: 'the gateway has only the main namespace' },
  'path-unknown': { retry: false, message: 'no Socket.IO at this path' },
  'too-many-packets': { retry: true, message: 'too many packets from this client' },
  'packet-malformed': { retry: true, message: 'a packet of this client is not one of Socket.IO 4' },
  'message-too-large': { retry: true, message: 'a message from this client was too long' },
  'instance-full': { retry: true, message: 'this instance has reached its limit of connections' },
  'address-limit': { retry: true, message: 'too many connections from this address' },
  'user-limit': { retry: true, message: 'too many connections of this user' },
  'too-many-handshakes': { retry: true, message: 'too many handshakes per second' },
  'handshake-timeout': { retry: true, message: 'the handshake took too long' },
  'session-unknown': { retry: true, message: 'this instance does not know the polling session' },
  'auth-unavailable': { retry: true, message: 'the auth service cannot answer' },
  'auth-busy': { retry: true, message: 'too many clients are waiting for the auth service' },
  draining: { retry: true, message: 'this instance is shutting down' },
} as const;

export type RejectionCode = keyof typeof REJECTIONS;

export interface Rejection {
  readonly code: RejectionCode;
  /** One of a closed list: the log is throttled by this text. */
  readonly message: string;
  readonly retry: boolean;
  /** What to check; logged, and not sent to the client. */
  readonly hint?: string;
  /** What the request contained, short and without secrets; logged only, too. */
  readonly found?: Readonly<Record<string, string>>;
}

/** @param details more than the code says; never a token, an id or a payload: they are logged. */
export function rejection(
  code: RejectionCode,
  details: Partial<Pick<Rejection, 'message' | 'hint' | 'found'>> = {},
): Rejection {
  return { code, ...REJECTIONS[code], ...details };
}
