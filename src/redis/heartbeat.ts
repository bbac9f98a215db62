import { withDeadline } from './deadline.ts';

/** What a heartbeat asks of a connection. */
interface Pinged {
  readonly status: string;
  ping(): Promise<unknown>;
  /** Bytes that came on it: behind a long answer a pong is late. */
  received(): number;
}

interface Heartbeat {
  start(): void;
  stop(): void;
}

const INTERVAL_MS = 2000;
const ANSWER_MS = 2000;

/**
 * TCP does not notice a peer that hangs or a link that was cut.
 * @param giveUp called when an answer is missing.
 */
export function createHeartbeat(connection: Pinged, giveUp: () => void): Heartbeat {
  let timer: NodeJS.Timeout | undefined;
  const beat = async (): Promise<void> => {
    if (connection.status !== 'ready') return;
    try {
      await withDeadline(connection.ping(), ANSWER_MS, () => connection.received());
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
