import type { IncomingMessage } from 'node:http';
import { dropRequest, queryIn, shortenQuery } from './engine-internals.ts';
import type { LibrarySocket } from './socket-io.ts';

/** Headers of the first request that are read after the client was accepted. */
const HEADERS = ['authorization'] as const;

/** Members of the query that Engine.IO and the gateway read. A query of 16 KB may have 8,000 members: half a megabyte. */
const QUERY: readonly string[] = ['EIO', 'transport', 'sid', 'token'];

/**
 * Frees the first requests of sessions, which the library keeps until the end of the session: 3 KB each, more with cookies.
 */
export class RequestMemory {
  readonly #responses = new WeakMap<IncomingMessage, object>();

  /** @param response Engine.IO's substitute for the response of an upgrade. */
  upgrading(request: IncomingMessage, response: object): void {
    this.#responses.set(request, response);
  }

  /** A session began with this request. */
  begun(request: IncomingMessage): void {
    shortenQuery(request, QUERY);
  }

  /** The client is accepted. */
  free({ conn, handshake }: LibrarySocket): void {
    const { request } = conn;
    // The query may be as long as all headers together.
    handshake.url = '';
    const response = this.#responses.get(request);
    if (response !== undefined) dropRequest(response);
    const kept = partOf(request);
    // Socket.IO documents that it may be deleted.
    Object.assign(conn, { request: kept });
    handshake.headers = kept.headers;
  }
}

/** The parts that Socket.IO and the gateway read when the client connects again on the same session. */
function partOf(request: IncomingMessage) {
  const { socket, headers } = request;
  const kept = Object.fromEntries(HEADERS.flatMap((name) => (name in headers ? [[name, headers[name]]] : [])));
  return { url: '', socket, connection: socket, headers: kept, ...queryIn(request) };
}
