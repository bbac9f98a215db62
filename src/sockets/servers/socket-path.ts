import type { IncomingMessage } from 'node:http';
import { rejection, type Rejection } from '../../auth/rejection.ts';

/** The path of Socket.IO, and the check of request targets. */
export interface SocketPath {
  /** Has a slash at both ends. */
  readonly path: string;
  /**
   * Returns the target of a request in the form that the library expects: with the final slash, which clients may omit
   * (`addTrailingSlash: false`, Next.js rewrites), and without a host (absolute form).
   *
   * @returns undefined where the request is not for Socket.IO.
   */
  readonly targetOf: (request: IncomingMessage) => string | undefined;
}

export function createSocketPath(path: string): SocketPath {
  const bare = path.slice(0, -1);
  return {
    path,
    targetOf({ url = '' }) {
      const target = url.startsWith('/') ? url : withoutHost(url);
      if (!target.startsWith(bare)) return undefined;
      const rest = target.slice(bare.length);
      const query = rest.startsWith('/') ? rest.slice(1) : rest;
      return query === '' || query.startsWith('?') ? path + query : undefined;
    },
  };
}

function withoutHost(url: string): string {
  return /^https?:\/\/[^/?#]*(\/.*)$/i.exec(url)?.[1] ?? url;
}

/** Whether a request is for a websocket. Other upgrades, such as h2c of curl and Java, are ignored, as RFC 9110 allows. */
export function asksForWebSocket({ method, headers: { upgrade } }: IncomingMessage): boolean {
  return method === 'GET' && upgrade?.split(',').some((one) => one.trim().toLowerCase() === 'websocket') === true;
}

/** The accepted upgrades. */
export function createUpgradeRule(path: string): (request: IncomingMessage) => boolean {
  const { targetOf } = createSocketPath(path);
  return (request) => asksForWebSocket(request) && targetOf(request) !== undefined;
}

/** Whether a request looks like a Socket.IO handshake, whatever its path. */
export function looksLikeHandshake({ url = '' }: IncomingMessage): boolean {
  return /[?&]EIO=\d/.test(url) && /[?&]transport=/.test(url);
}

/** The path that script tags request. */
export function isClientScript(request: IncomingMessage, path: string): boolean {
  const [target = ''] = request.url?.split('?') ?? [];
  return target.startsWith(path) && /\/socket\.io(\.esm|\.msgpack)?(\.min)?\.js(\.map)?$/.test(target);
}

export function unknownPath(path: string): Rejection {
  return rejection('path-unknown', {
    message: `no Socket.IO at this path; it is at ${path}`,
    hint: 'set the client option `path`, or set SOCKET_PATH to the path that arrives; a path in the URL of io() is a namespace',
  });
}

export const NO_CLIENT_SCRIPT = rejection('path-unknown', {
  message: 'the gateway does not serve the client script',
  hint: 'pages load socket.io-client 4 from npm or a CDN',
});
