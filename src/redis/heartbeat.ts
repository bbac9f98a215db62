import { withDeadline } from './deadline.ts';

/** What a heartbeat needs of a connection. */
interface Pingable {
  readonly status: string;
  ping(): Promise<unknown>;
  /** Received bytes: a pong behind a long reply is late. */
  received(): number;
}

interface Heartbeat {
  start(): void;
  stop(): void;
}

const INTERVAL_MS = 2000;
const ANSWER_MS = 2000;

/**
 * Finds a peer that hangs or a link that was cut, which TCP does not report.
 *
 * @param onTimeout called when a PING is not answered.
 */
export function createHeartbeat(connection: Pingable, onTimeout: () => void): Heartbeat {
  let timer: NodeJS.Timeout | undefined;
  const beat = async (): Promise<void> => {
    if (connection.status !== 'ready') return;
    try {
      await withDeadline(connection.ping(), ANSWER_MS, () => connection.received());
    } catch {
      // An error reply is handled in the same way; a connection that is closing already needs nothing.
      if (connection.status === 'ready') onTimeout();
    }
  };
  return {
    start: () => void (timer = setInterval(() => void beat(), INTERVAL_MS)),
    stop: () => clearInterval(timer),
  };
}
