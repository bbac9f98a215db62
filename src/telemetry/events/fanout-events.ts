import type { ServerEvents } from '../../sockets/servers/open-servers.ts';
import type { SlowConsumerEvents } from '../../sockets/fanout/slow-consumers.ts';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createThrottle } from '../logging/throttle.ts';

const LOG_INTERVAL_MS = 1000;

/** Counts what the fan-out does in addition to sending, and logs slow clients that it disconnects, one line a second per cause. */
export function createFanoutEvents(metrics: Metrics, logger: Logger): SlowConsumerEvents & ServerEvents {
  const throttle = createThrottle(LOG_INTERVAL_MS);
  return {
    cut(cause) {
      metrics.slowClientsCut.inc({ cause });
      throttle(cause, (heldBack) =>
        logger.warn({ cause, ...(heldBack > 0 && { heldBack }) }, 'slow client disconnected'),
      );
    },
    superseded: () => metrics.superseded.inc(),
    nativeServerOff: (found) =>
      logger.warn(
        { found },
        'unverified engine.io or ws version; Socket.IO serves websockets, which takes more memory',
      ),
    directWritesOff: (found) =>
      logger.warn(
        { found },
        'unverified engine.io or ws version; events are written through Engine.IO, which is slower',
      ),
  };
}
