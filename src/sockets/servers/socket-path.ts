import type { IncomingMessage } from 'node:http';
import { rejection, type Rejection } from '../../auth/rejection.ts';

/** Where Socket.IO is, and what goes past it. */
export interface SocketPath {
  /** With a slash at both ends. */
  readonly path: string;
  /**
   * The target of a request for Socket.IO, as the library wants it: the path with its final slash, which a client may leave
   * out (`addTrailingSlash: false`, rewrites of Next.js), and no host before it, as the form for proxies has.
   *
   * @returns nothing where the request is for something else.
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

/** Whether a request asks for a websocket: other upgrades, such as h2c of curl and Java, are not taken, and RFC 9110 has it served as it is. */
export function asksForWebSocket({ method, headers: { upgrade } }: IncomingMessage): boolean {
  return method === 'GET' && upgrade?.split(',').some((one) => one.trim().toLowerCase() === 'websocket') === true;
}

/** Of all upgrades that are asked for, those that are taken. */
export function createUpgradeRule(path: string): (request: IncomingMessage) => boolean {
  const { targetOf } = createSocketPath(path);
  return (request) => asksForWebSocket(request) && targetOf(request) !== undefined;
}

/** What looks like a handshake of Socket.IO, whichever its path is. */
export function looksLikeHandshake({ url = '' }: IncomingMessage): boolean {
  return /[?&]EIO=\d/.test(url) && /[?&]transport=/.test(url);
}

/** What a script tag of a page asks for. */
export function isClientScript(request: IncomingMessage, path: string): boolean {
  const [target = ''] = request.url?.split('?') ?? [];
  return target.startsWith(path) && /\/socket\.io(\.esm|\.msgpack)?(\.min)?\.js(\.map)?$/.test(target);
}

export function unknownPath(path: string): Rejection {
  return rejection('path-unknown', {
    message: `no Socket.IO at this path: it is at ${path}`,
    hint: 'clients set the option `path`, or SOCKET_PATH is set here to the path that arrives; a path in the URL of io() is a namespace',
  });
}

export const NO_CLIENT_SCRIPT = rejection('path-unknown', {
  message: 'the gateway does not serve the client script',
  hint: 'pages take socket.io-client 4 from npm, or from a CDN',
});
