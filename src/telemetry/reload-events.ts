import { formatFinding } from '../config/findings.ts';
import type { ReloadOutcome } from '../reload.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** A reload: counted by outcome, and told with its findings. */
export function createReloadEvents(metrics: Metrics, logger: Logger): (outcome: ReloadOutcome) => void {
  return (outcome) => {
    metrics.reloads.inc({ outcome: outcome.kind });
    switch (outcome.kind) {
      case 'applied':
        logger.info(
          { plan: outcome.plan.number, hash: outcome.plan.hash, routes: outcome.plan.routes.length },
          'routes reloaded',
        );
        break;
      case 'unchanged':
        logger.debug('routes read again: nothing has changed');
        break;
      case 'needs-restart':
        logger.warn(
          { variables: outcome.variables },
          'routes not reloaded: these variables changed, and only a start reads them',
        );
        break;
      case 'refused':
        logger.error(
          { findings: outcome.findings.map(formatFinding), reason: outcome.reason },
          'routes not reloaded: the old ones stay in force',
        );
    }
  };
}
