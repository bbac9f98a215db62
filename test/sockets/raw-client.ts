import { onTestFinished } from 'vitest';
import { HANDSHAKE } from './raw-http.ts';

/** A websocket without a library on top: packets go out as they are given. */
export interface RawClient {
  /** The first packet: the Engine.IO handshake. */
  readonly hello: unknown;
  send(packet: string | Uint8Array): void;
  /** The next packet, come already or yet to come; each is handed out once. */
  next(): Promise<unknown>;
  /** Resolves when the gateway has ended the connection. */
  readonly closed: Promise<void>;
}

/**
 * Past the Engine.IO handshake, in no namespace.
 * @param first sent as soon as the connection is open.
 */
export async function openRaw(base: string, path: string = HANDSHAKE.websocket, first?: string): Promise<RawClient> {
  const socket = new WebSocket(base.replace('http', 'ws') + path);
  socket.binaryType = 'arraybuffer';
  const unread: unknown[] = [];
  const waiting: ((packet: unknown) => void)[] = [];
  socket.addEventListener('message', ({ data }: { data: unknown }) => {
    const waiter = waiting.shift();
    if (waiter) waiter(data);
    else unread.push(data);
  });
  if (first !== undefined) socket.addEventListener('open', () => socket.send(first));
  const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
  onTestFinished(() => socket.close());
  const next = (): Promise<unknown> =>
    unread.length > 0 ? Promise.resolve(unread.shift()) : new Promise((resolve) => waiting.push(resolve));
  return { hello: await next(), send: (packet) => socket.send(packet), next, closed };
}

/** Whether a websocket there hears something first, or is closed. */
export function firstEvent(base: string, path: string): Promise<'message' | 'close'> {
  const socket = new WebSocket(base.replace('http', 'ws') + path);
  onTestFinished(() => socket.close());
  return new Promise((resolve) => {
    for (const event of ['message', 'close'] as const) socket.addEventListener(event, () => resolve(event));
  });
}

/** In the main namespace, its `connected` read. */
export async function enterRaw(base: string, token: string): Promise<RawClient> {
  const client = await openRaw(base);
  client.send(`40${JSON.stringify({ token })}`);
  await client.next();
  await client.next();
  return client;
}
