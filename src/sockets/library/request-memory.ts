import type { IncomingMessage } from 'node:http';
import { dropRequest, queryIn } from './engine-internals.ts';
import type { LibrarySocket } from './socket-io.ts';

/** Of a session's first request, what is asked for after the client was let in. */
const HEADERS = ['authorization', 'x-forwarded-for'] as const;

/**
 * Frees the first requests of sessions, which the library would keep to their end: three kilobytes each, and more from a
 * browser with cookies.
 */
export class RequestMemory {
  readonly #responses = new WeakMap<IncomingMessage, object>();

  /** @param response of an upgrade: Engine.IO's stand-in for one. */
  upgrading(request: IncomingMessage, response: object): void {
    this.#responses.set(request, response);
  }

  /** The client is in. */
  free({ conn, handshake }: LibrarySocket): void {
    const { request } = conn;
    const response = this.#responses.get(request);
    if (response !== undefined) dropRequest(response);
    const kept = partOf(request);
    // Socket.IO documents that it may be taken away.
    Object.assign(conn, { request: kept });
    handshake.headers = kept.headers;
  }
}

/** What Socket.IO looks at, and we, when the client comes again on the same session. */
function partOf(request: IncomingMessage) {
  const { url, socket, headers } = request;
  const kept = Object.fromEntries(HEADERS.flatMap((name) => (name in headers ? [[name, headers[name]]] : [])));
  return { url, socket, connection: socket, headers: kept, ...queryIn(request) };
}
