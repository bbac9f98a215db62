import type { DurableEvents } from '../../durable/durable.ts';
import { Refused } from '../../durable/store.ts';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { textOf } from './redis-error.ts';
import { createThrottle } from '../logging/throttle.ts';

const LOG_INTERVAL_MS = 10_000;

/** Counts resumes and replays of durable routes, and logs streams that cannot be read or lost their history. */
export function createDurableEvents(metrics: Metrics, logger: Logger): DurableEvents {
  const throttle = createThrottle(LOG_INTERVAL_MS);
  return {
    resumed(route, { result, sent }, seconds) {
      const isReset = result !== 'ring' && result !== 'redis';
      metrics.resumes.inc({ route, result: isReset ? 'reset' : result });
      if (isReset) metrics.resets.inc({ reason: result });
      metrics.replayDuration.observe(seconds);
      if (sent > 0) metrics.replayed.inc({ route }, sent);
    },
    readFailed(route, error) {
      metrics.streamFailures.inc({ route });
      throttle(`read ${route}`, () =>
        logger.error({ route, reason: textOf(error) }, 'a stream cannot be read; retrying'),
      );
    },
    replayFailed(route, error) {
      const [key, text] =
        error instanceof Refused
          ? ['refused', 'Redis refused a replay; the client receives gateway:reset']
          : ['replay', 'Redis did not answer during a replay; retrying'];
      throttle(`${key} ${route}`, () => logger.warn({ route, reason: textOf(error) }, text));
    },
    historyLost(route, reason) {
      metrics.historyLost.inc({ route });
      logger.error({ route, reason }, 'the history of a stream was lost; its clients receive gateway:reset');
    },
  };
}
