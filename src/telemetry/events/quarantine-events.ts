import type { QuarantineEvents } from '../../quarantine/quarantine.ts';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { textOf } from './redis-error.ts';

/** Counts quarantined messages. A failing quarantine is logged once, and once more when it works again. */
export function createQuarantineEvents({ quarantined }: Metrics, logger: Logger): QuarantineEvents {
  let failing = false;
  return {
    quarantined(route, isNew) {
      quarantined.inc({ route, result: isNew ? 'kept' : 'known' });
      if (failing) logger.info('invalid messages are quarantined again');
      failing = false;
    },
    quarantineHeldBack(route) {
      quarantined.inc({ route, result: 'held-back' });
    },
    quarantineFailed(route, error) {
      quarantined.inc({ route, result: 'failed' });
      if (!failing) logger.error({ route, reason: textOf(error) }, 'an invalid message could not be quarantined');
      failing = true;
    },
  };
}
