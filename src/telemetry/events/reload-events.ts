import { formatFinding } from '../../config/text/findings.ts';
import type { ReloadEvents, ReloadOutcome } from '../../reload/reload.ts';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { startRoutesAtZero } from '../metrics/route-metrics.ts';

/** A reload: counted by outcome, and told with its findings. */
export function createReloadEvents(metrics: Metrics, logger: Logger): ReloadEvents {
  return {
    reloaded(outcome) {
      metrics.reloads.inc({ outcome: outcome.kind });
      tell(logger, outcome);
    },
    planLoaded: (routes) => startRoutesAtZero(metrics, routes),
    leftOver: (error) => logger.warn({ err: error }, 'Redis keeps sending channels that no route wants any more'),
    watchFailed: (folder, error) =>
      logger.error(
        // Not its text: that holds the whole path.
        { folder, code: 'code' in error ? error.code : error.name },
        'a folder cannot be watched; its files are looked at every 5 s, or reload with SIGHUP',
      ),
    watchLost: (folder) => logger.warn({ folder }, 'a watched folder was removed or replaced'),
    watchFound: (folder) => logger.info({ folder }, 'the folder is there again and watched'),
  };
}

function tell(logger: Logger, outcome: ReloadOutcome): void {
  switch (outcome.kind) {
    case 'applied': {
      const { number, hash, routes } = outcome.plan;
      return logger.info({ plan: number, hash, routes: routes.length }, 'routes reloaded');
    }
    case 'unchanged':
      return logger.debug('routes read again: nothing has changed');
    case 'needs-restart': {
      const { variables } = outcome;
      return logger.warn({ variables }, 'routes not reloaded: these variables changed, and only a start reads them');
    }
    case 'refused': {
      const { findings, reason } = outcome;
      const told = { findings: findings.map(formatFinding), reason };
      return logger.error(told, 'routes not reloaded: the old ones stay in force');
    }
  }
}
