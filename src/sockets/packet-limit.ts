import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { GatewayServer, GatewaySocket } from './socket-server.ts';
import { TokenBucket } from './token-bucket.ts';

/** In seconds: a client that was offline sends its saved-up pings at once. */
const BURST = 10;

/**
 * Closes sessions that send without measure. Opening one needs no token, and each packet is answered: who sends and
 * does not read would fill the memory with answers.
 */
export function limitPackets(io: GatewayServer, perSecond: number, exceeded: (request: IncomingMessage) => void): void {
  if (perSecond === Infinity) return;
  const createBucket = (): TokenBucket => new TokenBucket(perSecond, perSecond * BURST);
  io.engine.on('connection', (session: GatewaySocket['conn']) => {
    const rate = createBucket();
    session.on('packet', () => {
      if (rate.take()) return;
      exceeded(session.request);
      // Without waiting for answers to be fetched that may never be.
      session.close(true);
    });
  });
  io.engine.on('websocket', (webSocket: WebSocket, request: IncomingMessage) => {
    limitControlFrames(webSocket, createBucket(), () => exceeded(request));
  });
}

/** They are no packets: ws answers a ping itself, and Engine.IO hears of none. */
function limitControlFrames(webSocket: WebSocket, rate: TokenBucket, exceeded: () => void): void {
  const count = (): void => {
    if (rate.take()) return;
    webSocket.off('ping', count).off('pong', count);
    exceeded();
    webSocket.terminate();
  };
  webSocket.on('ping', count).on('pong', count);
}
