import type { IncomingMessage } from 'node:http';
import type { GatewayServer, GatewaySocket } from './socket-server.ts';

/** Far more than a client sends that means well, even one that was offline and sends its saved-up pings at once. */
const BURST = 500;
const PER_SECOND = 50;

/**
 * Closes sessions that send without measure. Opening one needs no token, and each packet is answered: who sends and
 * does not read would fill the memory with answers.
 */
export function limitPackets(io: GatewayServer, exceeded: (request: IncomingMessage) => void): void {
  io.engine.on('connection', (session: GatewaySocket['conn']) => {
    let left = BURST;
    let countedAt = performance.now();
    session.on('packet', () => {
      const now = performance.now();
      left = Math.min(BURST, left + ((now - countedAt) / 1000) * PER_SECOND) - 1;
      countedAt = now;
      if (left >= 0) return;
      exceeded(session.request);
      // Without waiting for answers to be fetched that may never be.
      session.close(true);
    });
  });
}
