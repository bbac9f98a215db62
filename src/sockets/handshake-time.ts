import type { IncomingMessage } from 'node:http';
import type { GatewayServer, GatewaySocket } from './socket-server.ts';

const LOOK_MS = 500;

/**
 * Ends sessions that are not let in by then. Socket.IO's own `connectTimeout` waits half a minute more for a polling client
 * to fetch its goodbye.
 */
export function limitHandshakeTime(
  io: GatewayServer,
  milliseconds: number,
  exceeded: (request: IncomingMessage) => void,
): void {
  /** The oldest first. */
  const waiting = new Map<GatewaySocket['conn'], number>();
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    const late = performance.now() - milliseconds;
    for (const [session, since] of waiting) {
      if (since > late) return;
      waiting.delete(session);
      if (session.readyState !== 'open') continue;
      exceeded(session.request);
      session.close(true);
    }
    clearInterval(timer);
    timer = undefined;
  }

  if (milliseconds === 0) return;
  io.engine.on('connection', (session: GatewaySocket['conn']) => {
    waiting.set(session, performance.now());
    timer ??= setInterval(look, LOOK_MS).unref();
  });
  io.of('/').on('connection', ({ conn }) => void waiting.delete(conn));
}
