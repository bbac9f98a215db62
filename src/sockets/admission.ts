import type { IncomingMessage } from 'node:http';
import type { Authenticator } from '../auth/authenticator.ts';
import { rejection, type Rejection, type RejectionCode } from '../auth/rejection.ts';
import { findToken } from '../auth/token.ts';
import { isObject } from '../schema/json.ts';
import { isEngineSession, joinWrites } from './engine-internals.ts';
import { SessionQuota } from './session-quota.ts';
import type { GatewayServer, GatewaySocket } from './socket-server.ts';

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
  readonly refused: (code: RejectionCode, request: IncomingMessage, traceId?: string) => void;
  readonly failed: (error: unknown) => void;
  readonly maxConnectionsPerUser: number;
}

type Next = (error?: Error) => void;

/** Stands before the namespace: a socket that gets past has an identity. */
export function guardNamespace(io: GatewayServer, options: AdmissionOptions): void {
  const undecided = new WeakSet<object>();
  const users = new SessionQuota(options.maxConnectionsPerUser);

  async function decide(socket: GatewaySocket, next: Next): Promise<void> {
    const trace = options.events.handshake(socket.conn.transport.name);
    const token = tokenOf(socket, options.queryToken);
    const outcome = await trace.during(() => options.authenticator.identify(token));
    if (outcome.kind === 'rejected') {
      options.refused(outcome.rejection.code, socket.request, trace.rejected(outcome.rejection));
      return refuse(socket, outcome.rejection, next);
    }
    const { user } = outcome.identity;
    if (user !== undefined) {
      if (users.isUsedUp(user)) {
        options.refused('user-limit', socket.request, trace.rejected(rejection('user-limit')));
        return close(socket, next);
      }
      users.add(user, socket.conn);
      socket.data.user = user;
    }
    if (outcome.proof) socket.data.proof = outcome.proof;
    const { notices, resume, trace: traced } = optionsOf(socket);
    if (notices === true) socket.data.notices = true;
    if (traced === true) socket.data.trace = true;
    if (isObject(resume)) socket.data.resume = resume;
    trace.accepted(user !== undefined);
    next();
    // Socket.IO acts on it a tick later: its answer to CONNECT is followed by the greeting.
    if (isEngineSession(socket.conn)) joinWrites(socket.conn);
  }

  async function decideOnce(socket: GatewaySocket, next: Next): Promise<void> {
    const { conn, request } = socket;
    // A session asks for one identity at a time: a thousand CONNECTs would be a thousand calls to the auth service.
    if (undecided.has(conn)) {
      options.refused('handshake-malformed', request);
      return close(socket, next);
    }
    undecided.add(conn);
    try {
      await decide(socket, next);
    } catch (error) {
      options.failed(error);
      close(socket, next);
    }
    // Not at once: Socket.IO acts on `next` a tick later.
    setImmediate(() => undecided.delete(conn));
  }

  io.of('/').use((socket, next) => {
    void decideOnce(socket, next);
  });
}

/** What the client says in `auth`. */
function optionsOf({ handshake }: GatewaySocket): Readonly<Record<string, unknown>> {
  const auth: unknown = handshake.auth;
  return isObject(auth) ? auth : {};
}

function tokenOf(socket: GatewaySocket, queryToken: boolean): ReturnType<typeof findToken> {
  const { handshake } = socket;
  return findToken({
    auth: optionsOf(socket)['token'],
    authorization: handshake.headers.authorization,
    ...(queryToken && { query: handshake.query['token'] }),
  });
}

/** `next(error)` is for ever: a stock client does not try again. Who may come back only loses the connection. */
function refuse(socket: GatewaySocket, { code, message, retry }: Rejection, next: Next): void {
  if (retry) close(socket, next);
  else next(Object.assign(new Error(message), { data: { code, message, retry } }));
}

/** `next` after the close tells the client nothing more; without it Socket.IO would keep the socket for ever. */
function close(socket: GatewaySocket, next: Next): void {
  socket.conn.close();
  next(new Error('closed'));
}
