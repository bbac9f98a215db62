/** What a heartbeat asks of a connection. */
interface Pinged {
  readonly status: string;
  ping(): Promise<unknown>;
}

interface Heartbeat {
  start(): void;
  stop(): void;
}

const INTERVAL_MS = 2000;
/** Beats that a connection may spend between "connected" and "ready" before it is given up. */
const PATIENCE = 3;

/**
 * TCP does not notice a peer that hangs or a link that was cut; a subscriber, who only listens, would wait for ever.
 * @param giveUp called when an answer is missing; the connection's own deadline says when that is.
 */
export function createHeartbeat(connection: Pinged, giveUp: () => void): Heartbeat {
  let unready = 0;
  let timer: NodeJS.Timeout | undefined;
  const beat = async (): Promise<void> => {
    if (connection.status === 'connect') {
      unready += 1;
      if (unready >= PATIENCE) giveUp();
      return;
    }
    unready = 0;
    if (connection.status !== 'ready') return;
    try {
      await connection.ping();
    } catch {
      // Whatever the reason, the cure is the same; a connection that is closing already needs none.
      if (connection.status === 'ready') giveUp();
    }
  };
  return {
    start: () => void (timer = setInterval(() => void beat(), INTERVAL_MS)),
    stop: () => clearInterval(timer),
  };
}
