import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createThrottle } from '../logging/throttle.ts';

/** Reports of the span exporter. */
export interface ExportEvents {
  /** A batch of spans was not sent. */
  failed(cause: string, collector: string): void;
  /** OpenTelemetry logged another warning. */
  warned(text: string): void;
  /** An `OTEL_*` variable has a value that is not understood. */
  misconfigured(problem: string): void;
}

const LOG_INTERVAL_MS = 10_000;

/** Counts and logs failed exports, at most one line in ten seconds. */
export function createExportEvents(metrics: Metrics, logger: Logger): ExportEvents {
  const throttle = createThrottle(LOG_INTERVAL_MS);
  return {
    failed(cause, collector) {
      metrics.spanExportsFailed.inc();
      throttle('failed', (heldBack) =>
        logger.warn({ cause, collector, ...(heldBack > 0 && { heldBack }) }, 'spans could not be sent'),
      );
    },
    warned: (text) => throttle('warned', () => logger.warn({ reason: text }, 'OpenTelemetry warning')),
    misconfigured: (problem) => logger.warn({ problem }, 'OpenTelemetry variable not understood'),
  };
}
