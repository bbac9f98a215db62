import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Rejection } from '../../../auth/rejection.ts';
import { refuseRequest, refuseUpgrade } from '../refusals.ts';
import {
  asksForWebSocket,
  isClientScript,
  looksLikeHandshake,
  NO_CLIENT_SCRIPT,
  unknownPath,
  type SocketPath,
} from '../socket-path.ts';

/** Serves an upgrade request that starts a session with websocket; false: it belongs to Engine.IO. */
export type TakesUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;

export type Strayed = (why: Rejection, request: IncomingMessage) => void;

export interface Router {
  readonly path: SocketPath;
  /** Handler of requests that are not for Socket.IO. */
  readonly others: readonly unknown[];
  readonly takesUpgrade: TakesUpgrade | undefined;
  readonly strayed: Strayed | undefined;
}

/**
 * Routes requests by path before the library, which accepts each path with its prefix, none without the final slash, and
 * leaves upgrades to other paths open forever on a connection that had an answer before.
 */
export function routeByPath(http: HttpServer, router: Router): void {
  const engine = { request: http.listeners('request'), upgrade: http.listeners('upgrade') };
  http.removeAllListeners('request').removeAllListeners('upgrade');
  http.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (isForSocketIo(request, router.path)) callAll(engine.request, http, request, response);
    else if (!refusesStray(request, response, router)) callAll(router.others, http, request, response);
  });
  http.on('upgrade', (request, socket, head) => {
    if (!isForSocketIo(request, router.path)) {
      const why = unknownPath(router.path.path);
      router.strayed?.(why, request);
      refuseUpgrade(socket, why);
    } else {
      // ws accepts no list of protocols to upgrade to.
      request.headers.upgrade = 'websocket';
      if (!router.takesUpgrade?.(request, socket, head)) callAll(engine.upgrade, http, request, socket, head);
    }
  });
}

/** Rewrites the target of the request to the form that the library expects. */
function isForSocketIo(request: IncomingMessage, path: SocketPath): boolean {
  const target = path.targetOf(request);
  if (target !== undefined) request.url = target;
  return target !== undefined;
}

/** A websocket to another path is reported too, and gets the answer of a request to it. */
function refusesStray(
  request: IncomingMessage,
  response: ServerResponse,
  { path: { path }, strayed }: Router,
): boolean {
  const why = isClientScript(request, path) ? NO_CLIENT_SCRIPT : unknownPath(path);
  const isRefused = why === NO_CLIENT_SCRIPT || looksLikeHandshake(request);
  if (isRefused || asksForWebSocket(request)) strayed?.(why, request);
  if (isRefused) refuseRequest(response, why);
  return isRefused;
}

function callAll(listeners: readonly unknown[], http: HttpServer, ...args: readonly unknown[]): void {
  for (const listener of listeners) if (typeof listener === 'function') Reflect.apply(listener, http, args);
}
