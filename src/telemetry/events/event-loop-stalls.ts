import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';

const LOOK_MS = 500;
/** What clients notice. */
const STALL_MS = 1000;

/**
 * Tells when the event loop stood still, and how long. The lag that /metrics shows is of the time between two scrapes;
 * this has a time of its own, beside whatever else was logged then.
 */
export function createStallWatch(metrics: Metrics, logger: Logger): { start(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let due = 0;
  const look = (): void => {
    const now = performance.now();
    const late = now - due;
    due = now + LOOK_MS;
    if (late < STALL_MS) return;
    metrics.stalls.inc();
    logger.warn({ seconds: Math.round(late / 100) / 10 }, 'the event loop stood still');
  };
  return {
    start() {
      due = performance.now() + LOOK_MS;
      timer = setInterval(look, LOOK_MS).unref();
    },
    stop: () => clearInterval(timer),
  };
}
