import type { IncomingMessage } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { CLOSING, gatherWrites } from '../tcp.ts';

/**
 * The `wsEngine` of Engine.IO: its default server, which also reports each WebSocket before Engine.IO receives it, including
 * those that never get a session.
 */
export function engineWithHook(
  opened: (webSocket: WebSocket, request: IncomingMessage) => void,
): typeof WebSocketServer<typeof WebSocket, typeof IncomingMessage> {
  return class extends WebSocketServer {
    constructor(...[options, listening]: ConstructorParameters<typeof WebSocketServer>) {
      super({ ...options, ...CLOSING }, listening);
    }

    override handleUpgrade(...[request, socket, head, callback]: Parameters<WebSocketServer['handleUpgrade']>): void {
      // The answer to the upgrade and the first packet leave in one write: writes are a tenth of the cost of a connect.
      gatherWrites(socket);
      super.handleUpgrade(request, socket, head, (webSocket, again) => {
        opened(webSocket, request);
        callback(webSocket, again);
      });
    }
  };
}
