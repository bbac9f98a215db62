import type { Authenticator } from '../../auth/authenticator.ts';
import type { Identity } from '../../auth/identity.ts';
import { findToken } from '../../auth/find-token.ts';
import { rejection, type Rejection } from '../../auth/rejection.ts';
import type { Acknowledge, ClientSocket, Session, SocketData } from '../servers/socket-server.ts';

/** The acknowledgement of `gateway:token`; `expires_at` in seconds since 1970, where the expiry is known. */
export type TokenAck =
  | { readonly ok: true; readonly expires_at?: number }
  | { readonly ok: false; readonly code: string; readonly retry: boolean };

export interface ReplaceTokenOptions {
  readonly authenticator: Pick<Authenticator, 'identify'>;
  /** Longest token, in characters. */
  readonly longestToken: number;
  /** Address of the client, or its IPv6 /64. */
  readonly networkOf: (session: Session) => string;
  readonly refused: (why: Rejection, session: Session) => void;
  /** The identity of a client has changed: claims, or the expiry. */
  readonly changed: (socket: ClientSocket) => void;
}

/** Handles `gateway:token`: a client replaces its token, and its connection and positions stay. */
export type ReplaceToken = (
  socket: ClientSocket,
  token: unknown,
  acknowledge: Acknowledge | undefined,
) => Promise<void>;

/** Of one client, in milliseconds: a page replaces its token every few minutes, and each token may cost a call. */
const SHORTEST_INTERVAL = 1000;

const TOO_OFTEN = rejection('auth-busy', { message: 'a client sends tokens more often than once a second' });
const EXPIRED = rejection('token-expired');

export function createReplaceToken(options: ReplaceTokenOptions): ReplaceToken {
  const { authenticator, longestToken, networkOf, refused, changed } = options;
  const startedAt = new WeakMap<ClientSocket, number>();

  function isTooSoon(socket: ClientSocket): boolean {
    const now = performance.now();
    if (now - (startedAt.get(socket) ?? -Infinity) < SHORTEST_INTERVAL) return true;
    startedAt.set(socket, now);
    return false;
  }

  async function decide(socket: ClientSocket, token: unknown): Promise<Rejection | undefined> {
    if (isTooSoon(socket)) return TOO_OFTEN;
    const found = findToken({ auth: token, authorization: undefined }, longestToken);
    if (typeof found !== 'string') return found ?? rejection('token-missing');
    const outcome = await authenticator.identify(found, networkOf(socket.conn));
    if (outcome.kind === 'rejected') return outcome.rejection;
    const { user, expiresAt = Infinity } = socket.data;
    if (outcome.identity.user !== user) return rejection('other-user');
    if (expiresAt <= Date.now()) return EXPIRED;
    takeIdentity(socket.data, outcome.identity);
    if (outcome.proof) socket.data.proof = outcome.proof;
    delete socket.data.revalidateAt;
    return undefined;
  }

  return async (socket, token, acknowledge) => {
    const why = await decide(socket, token);
    if (why === undefined) changed(socket);
    else refused(why, socket.conn);
    acknowledge?.(why === undefined ? accepted(socket.data) : { ok: false, code: why.code, retry: why.retry });
  };
}

function accepted({ expiresAt }: SocketData): TokenAck {
  return { ok: true, ...(expiresAt !== undefined && { expires_at: Math.floor(expiresAt / 1000) }) };
}

/** Writes what a fresh answer says about the same user. */
export function takeIdentity(data: SocketData, { claims, expiresAt }: Identity): void {
  if (claims) data.claims = claims;
  else delete data.claims;
  if (expiresAt === undefined) delete data.expiresAt;
  else data.expiresAt = expiresAt;
}
