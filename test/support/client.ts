import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { onTestFinished } from 'vitest';

/** A stock client that keeps what it hears until it is asked for. */
export interface TestClient {
  readonly socket: Socket;
  /** Everything received so far besides `connected`, in order. */
  readonly received: { event: string; args: unknown[] }[];
  /** The next event of that name, received already or yet to come; each is handed out once. */
  next(event: string): Promise<unknown[]>;
}

type Options = Partial<ManagerOptions & SocketOptions>;

/** A client that may or may not get in. */
export function createClient(
  url: string,
  options: Options = {},
  finished: (stop: () => void) => void = onTestFinished,
): TestClient {
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnectionDelay: 50, ...options });
  const received: TestClient['received'] = [];
  const unread = new Map<string, unknown[][]>();
  const waiting = new Map<string, ((args: unknown[]) => void)[]>();
  const arrive = (event: string, args: unknown[]): void => {
    const waiter = waiting.get(event)?.shift();
    if (waiter) waiter(args);
    else unread.set(event, [...(unread.get(event) ?? []), args]);
  };
  socket.onAny((event: string, ...args: unknown[]) => {
    if (event !== 'connected') received.push({ event, args });
    arrive(event, args);
  });
  socket.on('connect_error', (error) => arrive('connect_error', [error]));
  socket.on('disconnect', (reason) => arrive('disconnect', [reason]));
  finished(() => void socket.disconnect());
  return {
    socket,
    received,
    next(event) {
      const [first, ...rest] = unread.get(event) ?? [];
      if (first !== undefined) {
        unread.set(event, rest);
        return Promise.resolve(first);
      }
      return new Promise((resolve) => waiting.set(event, [...(waiting.get(event) ?? []), resolve]));
    },
  };
}

/** A client that is in: its `connected` has come. */
export async function connectClient(
  url: string,
  token: string,
  options: Options = {},
): Promise<TestClient & { welcome: unknown }> {
  const client = createClient(url, { auth: { token }, ...options });
  const [welcome] = await client.next('connected');
  return { ...client, welcome };
}

/** Proves that nothing more came for this client: an event sent after everything else has arrived, and it was the next. */
export async function hearsNothingBefore(client: TestClient, roundTrips = 2): Promise<void> {
  for (let i = 0; i < roundTrips; i += 1) {
    client.socket.emit('ping');
    await client.next('pong');
  }
}
