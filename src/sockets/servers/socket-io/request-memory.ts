import type { IncomingMessage } from 'node:http';
import { dropRequest, queryIn, shortenQuery } from './engine-internals.ts';
import type { LibrarySocket } from './socket-io.ts';

/** Of a session's first request, what is asked for after the client was let in. */
const HEADERS = ['authorization'] as const;

/** Of its query, what Engine.IO and the gateway look at. A query of 16 KB may have 8,000 members: half a megabyte. */
const QUERY: readonly string[] = ['EIO', 'transport', 'sid', 'token'];

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

  /** A session began with it. */
  begun(request: IncomingMessage): void {
    shortenQuery(request, QUERY);
  }

  /** The client is in. */
  free({ conn, handshake }: LibrarySocket): void {
    const { request } = conn;
    // The query may be as long as all headers together.
    handshake.url = '';
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
  const { socket, headers } = request;
  const kept = Object.fromEntries(HEADERS.flatMap((name) => (name in headers ? [[name, headers[name]]] : [])));
  return { url: '', socket, connection: socket, headers: kept, ...queryIn(request) };
}
