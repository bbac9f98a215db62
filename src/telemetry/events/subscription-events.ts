import type { RedisEvents } from '../../redis/subscriber.ts';
import type { SubscriptionEvents } from '../../subscription/subscription.ts';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { textOf } from './redis-error.ts';
import { createThrottle } from '../logging/throttle.ts';

const LOG_INTERVAL_MS = 10_000;

/** Logs every change of the connection to Redis, and a lasting failure every ten seconds. */
export function createSubscriptionEvents(metrics: Metrics, logger: Logger): SubscriptionEvents & RedisEvents {
  const throttle = createThrottle(LOG_INTERVAL_MS);
  return {
    subscribed(channels) {
      logger.info({ channels }, 'subscribed to Redis');
    },
    subscribeFailed(error) {
      throttle('subscribe', () => logger.error({ reason: textOf(error) }, 'Redis refused the subscription; retrying'));
    },
    lost({ reason, detail }) {
      metrics.gaps.inc({ reason });
      logger.error({ reason, detail }, 'connection to Redis lost; messages may be missed until it is back');
    },
    gapEnded({ from, to, reason }) {
      const seconds = Math.max(0, to.getTime() - from.getTime()) / 1000;
      metrics.gapSeconds.inc(seconds);
      logger.warn({ from, to, seconds, reason }, 'messages may have been missed');
    },
    uncertain(reason) {
      logger.warn({ reason }, 'Redis delivery probes are inconclusive; a gap may stay undetected');
    },
    certain() {
      logger.info('Redis delivery probes succeed again');
    },
    connectFailed(error) {
      throttle('connect', () => logger.warn({ reason: textOf(error) }, 'Redis cannot be reached; retrying'));
    },
  };
}
