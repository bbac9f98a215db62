import { formatFinding } from '../../config/text/findings.ts';
import type { ReloadEvents, ReloadOutcome } from '../../reload/reload.ts';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { startRoutesAtZero } from '../metrics/route-metrics.ts';

/** Counts reloads by outcome, and logs each with its findings. */
export function createReloadEvents(metrics: Metrics, logger: Logger): ReloadEvents {
  return {
    reloaded(outcome) {
      metrics.reloads.inc({ outcome: outcome.kind });
      logOutcome(logger, outcome);
    },
    planLoaded: (routes) => startRoutesAtZero(metrics, routes),
    unsubscribeFailed: (error) =>
      logger.warn({ err: error }, 'Redis still sends channels that no route reads any more'),
    watchFailed: (folder, error) =>
      logger.error(
        // The text of the error holds the absolute path.
        { folder, code: 'code' in error ? error.code : error.name },
        'a folder cannot be watched; its files are checked every 5 s, SIGHUP reloads them immediately',
      ),
    watchLost: (folder) => logger.warn({ folder }, 'a watched folder was removed or replaced'),
    watchFound: (folder) => logger.info({ folder }, 'the folder exists again and is watched'),
  };
}

function logOutcome(logger: Logger, outcome: ReloadOutcome): void {
  switch (outcome.kind) {
    case 'applied': {
      const { number, hash, routes } = outcome.plan;
      return logger.info({ plan: number, hash, routes: routes.length }, 'routes reloaded');
    }
    case 'unchanged':
      return logger.debug('routes read again: unchanged');
    case 'needs-restart': {
      const { changed } = outcome;
      return logger.warn({ changed }, 'routes not reloaded: these changes need a restart');
    }
    case 'refused': {
      const { findings, reason } = outcome;
      return logger.error(
        { findings: findings.map(formatFinding), reason },
        'routes not reloaded: the previous routes stay in force',
      );
    }
  }
}
