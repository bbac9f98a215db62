import { io } from 'socket.io-client';

export interface TailListener {
  /** @param welcome what the gateway says of this client. */
  connected(welcome: unknown): void;
  received(event: string, payload: unknown): void;
  /** The client tries again by itself. */
  lost(reason: string): void;
  /** The client stays away: trying again would change nothing. */
  refused(reason: string): void;
}

/**
 * A stock client, until the function that is returned is called.
 *
 * @param url of the gateway, perhaps with a prefix before its paths.
 * @param path of Socket.IO there.
 */
export function listen(url: string, path: string, token: string | undefined, listener: TailListener): () => void {
  // Websocket alone: it needs no sticky sessions at a load balancer.
  // A path in the URL would name a namespace.
  const { origin, pathname } = new URL(url);
  const prefix = pathname.replace(/\/$/, '');
  // Who copies the whole address means the same.
  const place = `${prefix}/`.endsWith(path) ? `${prefix}/` : prefix + path;
  const socket = io(origin, { path: place, transports: ['websocket'], auth: token === undefined ? {} : { token } });
  const ended = (reason: string): void => (socket.active ? listener.lost(reason) : listener.refused(reason));
  socket.onAny((event: string, payload: unknown) => {
    if (event === 'connected') listener.connected(payload);
    else listener.received(event, payload);
  });
  socket.on('connect_error', (error) => ended(reasonOf(error)));
  socket.on('disconnect', (reason) => {
    if (reason !== 'io client disconnect') ended(reason);
  });
  return () => void socket.disconnect();
}

/** An error below Socket.IO is always "websocket error"; its description says why. */
function reasonOf(error: Error): string {
  const inner: unknown = 'description' in error ? error.description : undefined;
  const hasWords = typeof inner === 'object' && inner !== null && 'message' in inner && inner.message !== '';
  const words = hasWords ? String(inner.message) : error.message;
  return words.endsWith(' 404') ? `${words}: is Socket.IO at another path there? See --socket-path` : words;
}
