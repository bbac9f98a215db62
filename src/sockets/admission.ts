import type { Authenticator } from '../auth/authenticator.ts';
import { rejection, type Rejection } from '../auth/rejection.ts';
import { findToken } from '../auth/token.ts';
import { isObject } from '../schema/json.ts';
import { SessionQuota } from './session-quota.ts';
import type { ClientSocket, Credentials, Session, SocketData, Verdict } from './socket-server.ts';

/** One handshake as it is seen from outside. */
export interface HandshakeTrace {
  /** What is done meanwhile belongs to it. */
  during<T>(work: () => Promise<T>): Promise<T>;
  accepted(authenticated: boolean): void;
  /** @returns the id of its trace, where it is recorded. */
  rejected(rejection: Rejection): string | undefined;
}

export interface AdmissionEvents {
  handshake(transport: string): HandshakeTrace;
}

export interface AdmissionOptions {
  readonly events: AdmissionEvents;
  readonly authenticator: Pick<Authenticator, 'identify'>;
  readonly queryToken: boolean;
  readonly refused: (why: Rejection, session: Session, traceId?: string) => void;
  readonly failed: (error: unknown) => void;
  readonly maxConnectionsPerUser: number;
}

const ACCEPTED: Verdict = { kind: 'accepted' };
const CLOSED: Verdict = { kind: 'closed' };
const SECOND_CONNECT = rejection('handshake-malformed', {
  message: 'a second CONNECT came before the first was answered',
});

/** Who stands at the door: a socket that gets past it has an identity. */
export class Doorkeeper {
  readonly #options: AdmissionOptions;
  readonly #users: SessionQuota;
  readonly #undecided = new WeakSet<Session>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#users = new SessionQuota(options.maxConnectionsPerUser);
  }

  async admit(socket: ClientSocket, credentials: Credentials): Promise<Verdict> {
    const { conn } = socket;
    // A session asks for one identity at a time: a thousand CONNECTs would be a thousand calls to the auth service.
    if (this.#undecided.has(conn)) {
      this.#options.refused(SECOND_CONNECT, conn);
      return CLOSED;
    }
    this.#undecided.add(conn);
    try {
      return await this.#decide(socket, credentials);
    } catch (error) {
      this.#options.failed(error);
      return CLOSED;
    } finally {
      // Not at once: Socket.IO acts on the verdict a tick later.
      setImmediate(() => this.#undecided.delete(conn));
    }
  }

  closed(session: Session): void {
    this.#users.remove(session);
  }

  async #decide({ conn, data }: ClientSocket, credentials: Credentials): Promise<Verdict> {
    const { events, authenticator, refused, queryToken } = this.#options;
    const trace = events.handshake(conn.transport.name);
    const token = tokenIn(credentials, queryToken);
    const outcome = await trace.during(() => authenticator.identify(token));
    if (outcome.kind === 'rejected') {
      refused(outcome.rejection, conn, trace.rejected(outcome.rejection));
      return outcome.rejection.retry ? CLOSED : { kind: 'refused', rejection: outcome.rejection };
    }
    const { user } = outcome.identity;
    if (user !== undefined) {
      if (this.#users.isUsedUp(user)) {
        const why = rejection('user-limit');
        refused(why, conn, trace.rejected(why));
        return CLOSED;
      }
      this.#users.add(user, conn);
      data.user = user;
    }
    if (outcome.proof) data.proof = outcome.proof;
    noteWishes(data, credentials.auth);
    trace.accepted(user !== undefined);
    return ACCEPTED;
  }
}

function noteWishes(data: SocketData, auth: unknown): void {
  if (!isObject(auth)) return;
  const { notices, resume, trace } = auth;
  if (notices === true) data.notices = true;
  if (trace === true) data.trace = true;
  if (isObject(resume)) data.resume = resume;
}

function tokenIn({ auth, authorization, query }: Credentials, queryToken: boolean): ReturnType<typeof findToken> {
  return findToken({
    auth: isObject(auth) ? auth['token'] : undefined,
    authorization,
    ...(queryToken && { query: query('token') }),
  });
}
