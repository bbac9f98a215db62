import type { IncomingMessage } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Rejection } from '../../../auth/rejection.ts';
import { refuseUpgrade } from '../refusals.ts';
import { CLOSING, gatherWrites, limitParts } from '../tcp.ts';
import { upgradeFault } from '../ws-errors.ts';

/**
 * The `wsEngine` of Engine.IO: its default server, which also reports each WebSocket before Engine.IO receives it, including
 * those that never get a session, and each upgrade that it refuses.
 */
export function engineWithHook(
  opened: (webSocket: WebSocket, request: IncomingMessage) => void,
  refused: (why: Rejection, request: IncomingMessage) => void,
): typeof WebSocketServer<typeof WebSocket, typeof IncomingMessage> {
  return class extends WebSocketServer {
    constructor(...[options, listening]: ConstructorParameters<typeof WebSocketServer>) {
      super({ ...options, ...CLOSING, ...limitParts(options?.maxPayload ?? 0) }, listening);
      this.on('wsClientError', (error, socket, request) => {
        const why = upgradeFault(error);
        refused(why, request);
        refuseUpgrade(socket, why);
      });
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
