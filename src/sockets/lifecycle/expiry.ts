import type { ClosingCode } from './close-codes.ts';
import type { ClientSocket } from '../servers/socket-server.ts';

type Member = Pick<ClientSocket, 'data' | 'emit'>;

export interface ExpiryOptions<Socket extends Member> {
  /** Called at each check. */
  readonly sockets: () => Iterable<Socket>;
  /** From now on nothing is delivered to the client. */
  readonly expired: (socket: Socket) => void;
  readonly close: (socket: Socket, code: ClosingCode) => void;
}

/** Ends connections whose token has expired. */
export interface Expiry<Socket> {
  /** Looks at a socket that has joined, or whose token was replaced. */
  look(socket: Socket): void;
  stop(): void;
}

/** Interval of the checks; in between a timer waits for the moment of each expiry. */
const LOOK_MS = 1000;
/** Time before the expiry at which a client receives `gateway:expiring`. */
const NOTICE_MS = 60_000;
/** Closes are spread over this time: tokens that were issued together expire together. */
const SPREAD_MS = 30_000;

/**
 * From its expiry on a client receives nothing, and within 30 s its connection is closed, so that it comes back with a
 * fresh token. State is kept on the sockets themselves: most tokens are replaced before they expire.
 */
export function createExpiry<Socket extends Member>({
  sockets,
  expired,
  close,
}: ExpiryOptions<Socket>): Expiry<Socket> {
  let isStopped = false;

  function look(socket: Socket): void {
    const { data } = socket;
    const { expiresAt } = data;
    if (expiresAt === undefined || isStopped) return;
    const left = Math.max(0, expiresAt - Date.now());
    if (left <= NOTICE_MS && data.expiryNotified !== expiresAt) notify(socket, expiresAt, left);
    // The longest timer of Node is 25 days; this one is a second.
    if (left <= LOOK_MS && data.expiryDue !== expiresAt) {
      data.expiryDue = expiresAt;
      setTimeout(expire, left, socket, expiresAt).unref();
    }
  }

  function expire(socket: Socket, at: number): void {
    // The token was replaced since.
    if (socket.data.expiresAt !== at || isStopped) return;
    expired(socket);
    setTimeout(close, Math.random() * SPREAD_MS, socket, 'token-expired').unref();
  }

  const timer = setInterval(() => {
    for (const socket of sockets()) look(socket);
  }, LOOK_MS).unref();

  return {
    look,
    stop() {
      isStopped = true;
      clearInterval(timer);
    },
  };
}

function notify(socket: Member, expiresAt: number, left: number): void {
  socket.data.expiryNotified = expiresAt;
  if (socket.data.notices) socket.emit('gateway:expiring', { after: left });
}
