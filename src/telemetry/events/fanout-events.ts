import type { ServerEvents } from '../../sockets/servers/open-servers.ts';
import type { SlowConsumerEvents } from '../../sockets/fanout/slow-consumers.ts';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createThrottle } from '../logging/throttle.ts';

const LOG_INTERVAL_MS = 1000;

/** What the fan-out does besides sending: counted, and a log line a second for clients that are cut off. */
export function createFanoutEvents(metrics: Metrics, logger: Logger): SlowConsumerEvents & ServerEvents {
  const throttle = createThrottle(LOG_INTERVAL_MS);
  return {
    cut(cause) {
      metrics.slowClientsCut.inc({ cause });
      throttle(cause, (heldBack) =>
        logger.warn({ cause, ...(heldBack > 0 && { heldBack }) }, 'a client that does not read was cut off'),
      );
    },
    superseded: () => metrics.superseded.inc(),
    nativeServerOff: (found) =>
      logger.warn({ found }, 'not as it is known: websockets are served by Socket.IO, at the price of more memory'),
    directWritesOff: (found) =>
      logger.warn({ found }, 'not as it is known: events are sent the slow way, through Engine.IO'),
  };
}
