import type { Authenticator } from '../../auth/authenticator.ts';
import { rejection, type Rejection } from '../../auth/rejection.ts';
import { findToken } from '../../auth/find-token.ts';
import { isObject } from '../../schema/json.ts';
import type { ClientHistory } from '../servers/client-history.ts';
import { SECOND_CONNECT } from '../servers/first-packet.ts';
import { UserLimit } from './user-limit.ts';
import type { ClientSocket, Credentials, Session, SocketData, Verdict } from '../servers/socket-server.ts';

/** Trace of one handshake. */
export interface HandshakeTrace {
  /** Runs work within the span of the handshake. */
  during<T>(work: () => Promise<T>): Promise<T>;
  accepted(authenticated: boolean): void;
  /** @returns the trace id, where the trace is recorded. */
  rejected(rejection: Rejection): string | undefined;
}

export interface ConnectEvents {
  handshake(transport: string): HandshakeTrace;
}

export interface ConnectAuthenticatorOptions {
  readonly events: ConnectEvents;
  readonly authenticator: Pick<Authenticator, 'identify'>;
  readonly queryToken: boolean;
  /** Longest token, in characters. */
  readonly longestToken: number;
  readonly history: Pick<ClientHistory, 'claimsIn'>;
  /** Address of the client, or its IPv6 /64. */
  readonly networkOf: (session: Session) => string;
  readonly refused: (why: Rejection, session: Session, traceId?: string) => void;
  readonly failed: (error: unknown) => void;
  readonly maxConnectionsPerUser: number;
}

type FoundToken = ReturnType<typeof findToken>;

/** Additional fields of a refusal in the log. */
type Words = Pick<Rejection, 'hint'>;

const ACCEPTED: Verdict = { kind: 'accepted' };
const CLOSED: Verdict = { kind: 'closed' };
const COOKIE_IGNORED: Words = {
  hint: 'the request has the cookie of TOKEN_COOKIE, but the cookie is read only with an Origin that is the own host or an exact entry of CORS_ORIGIN',
};

/** Authenticates CONNECT packets; every accepted socket has an identity. */
export class ConnectAuthenticator {
  readonly #options: ConnectAuthenticatorOptions;
  readonly #users: UserLimit;
  readonly #announced = new WeakSet<Session>();
  readonly #undecided = new WeakSet<Session>();

  constructor(options: ConnectAuthenticatorOptions) {
    this.#options = options;
    this.#users = new UserLimit(options.maxConnectionsPerUser);
  }

  /**
   * Reads the credentials before the first await: 64 KiB of `auth` can be a megabyte of objects, which would stay in memory
   * until the auth service answers.
   */
  admit(socket: ClientSocket, credentials: Credentials): Promise<Verdict> {
    const { conn, data } = socket;
    // One authentication per session at a time: a thousand CONNECTs would be a thousand calls to the auth service.
    if (!this.#announced.delete(conn) && this.#undecided.has(conn)) {
      this.#options.refused(SECOND_CONNECT, conn);
      return Promise.resolve(CLOSED);
    }
    this.#undecided.add(conn);
    readClientOptions(data, credentials.auth, this.#options.history);
    const token = tokenIn(credentials, this.#options);
    const isIgnored = token === undefined && credentials.cookieTokens === 'ignored';
    return this.#settle(socket, token, isIgnored ? COOKIE_IGNORED : {});
  }

  /** A CONNECT arrived. Socket.IO asks for its verdict later, after it has read further packets. */
  announce(session: Session): void {
    this.#announced.add(session);
  }

  /** Whether a CONNECT of the session waits for its verdict. */
  isAsked(session: Session): boolean {
    return this.#announced.has(session) || this.#undecided.has(session);
  }

  closed(session: Session): void {
    this.#users.remove(session);
  }

  async #settle(socket: ClientSocket, token: FoundToken, known: Words): Promise<Verdict> {
    const { conn } = socket;
    try {
      return await this.#decide(socket, token, known);
    } catch (error) {
      this.#options.failed(error);
      return CLOSED;
    } finally {
      // Runs a tick later, because Socket.IO acts on the result a tick later.
      setImmediate(() => this.#undecided.delete(conn));
    }
  }

  /** @param known rejection of a client without a token. */
  async #decide({ conn, data }: ClientSocket, token: FoundToken, known: Words): Promise<Verdict> {
    const { events, authenticator, refused, networkOf } = this.#options;
    const trace = events.handshake(conn.transport.name);
    const outcome = await trace.during(() => authenticator.identify(token, networkOf(conn)));
    if (outcome.kind === 'rejected') {
      refused({ ...outcome.rejection, ...known }, conn, trace.rejected(outcome.rejection));
      return outcome.rejection.retry ? CLOSED : { kind: 'refused', rejection: outcome.rejection };
    }
    const { user, claims, expiresAt } = outcome.identity;
    if (user !== undefined) {
      if (this.#users.isUsedUp(user)) {
        const why = rejection('user-limit');
        refused(why, conn, trace.rejected(why));
        return CLOSED;
      }
      this.#users.add(user, conn);
      data.user = user;
      if (claims) data.claims = claims;
      if (expiresAt !== undefined) data.expiresAt = expiresAt;
    }
    if (outcome.proof) data.proof = outcome.proof;
    trace.accepted(user !== undefined);
    return ACCEPTED;
  }
}

/** Copies the known fields of `auth`, so that the rest does not stay in memory. */
function readClientOptions(data: SocketData, auth: unknown, history: Pick<ClientHistory, 'claimsIn'>): void {
  if (!isObject(auth)) return;
  const { notices, resume, hold, trace } = auth;
  if (notices === true) data.notices = true;
  if (trace === true) data.trace = true;
  if (hold === true) data.hold = true;
  if (isObject(resume)) data.resume = history.claimsIn(resume);
}

function tokenIn(
  { auth, authorization, queryToken, cookieTokens }: Credentials,
  { queryToken: isQueryRead, longestToken }: Pick<ConnectAuthenticatorOptions, 'queryToken' | 'longestToken'>,
): FoundToken {
  const places = {
    auth: isObject(auth) ? auth['token'] : undefined,
    authorization,
    ...(isQueryRead && { query: queryToken }),
    ...(cookieTokens !== 'ignored' && { cookies: cookieTokens }),
  };
  return findToken(places, longestToken);
}
