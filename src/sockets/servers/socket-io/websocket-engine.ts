import type { IncomingMessage } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { CLOSING, gatherWrites } from '../tcp.ts';

/**
 * For Engine.IO's `wsEngine`: the server that it would take itself, which tells of each WebSocket before Engine.IO has it,
 * those too that never become a session's.
 */
export function engineWithHook(
  opened: (webSocket: WebSocket, request: IncomingMessage) => void,
): typeof WebSocketServer<typeof WebSocket, typeof IncomingMessage> {
  return class extends WebSocketServer {
    constructor(...[options, listening]: ConstructorParameters<typeof WebSocketServer>) {
      super({ ...options, ...CLOSING }, listening);
    }

    override handleUpgrade(...[request, socket, head, callback]: Parameters<WebSocketServer['handleUpgrade']>): void {
      // The answer to the upgrade and the first packet leave in one write: a tenth of what a connect costs is writes.
      gatherWrites(socket);
      super.handleUpgrade(request, socket, head, (webSocket, again) => {
        opened(webSocket, request);
        callback(webSocket, again);
      });
    }
  };
}
