import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';

const CHECK_MS = 500;
/** The shortest stall that clients notice. */
const STALL_MS = 1000;

/**
 * Logs when the event loop was blocked, and for how long. The lag in /metrics covers the time between two scrapes; a log
 * line has a timestamp, next to whatever else was logged then.
 */
export function createStallWatch(metrics: Metrics, logger: Logger): { start(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let due = 0;
  const check = (): void => {
    const now = performance.now();
    const late = now - due;
    due = now + CHECK_MS;
    if (late < STALL_MS) return;
    metrics.stalls.inc();
    logger.warn({ seconds: Math.round(late / 100) / 10 }, 'event loop blocked');
  };
  return {
    start() {
      due = performance.now() + CHECK_MS;
      timer = setInterval(check, CHECK_MS).unref();
    },
    stop: () => clearInterval(timer),
  };
}
