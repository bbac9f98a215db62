import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createThrottle } from '../logging/throttle.ts';

/** What becomes of spans that are to be sent. */
export interface ExportEvents {
  /** A batch of spans was not sent. */
  failed(cause: string, collector: string): void;
  /** OpenTelemetry's own word on something else. */
  warned(text: string): void;
  /** A variable is not understood. */
  misconfigured(problem: string): void;
}

const LOG_INTERVAL_MS = 10_000;

export function createExportEvents(metrics: Metrics, logger: Logger): ExportEvents {
  const throttle = createThrottle(LOG_INTERVAL_MS);
  return {
    failed(cause, collector) {
      metrics.spanExportsFailed.inc();
      throttle('failed', (heldBack) =>
        logger.warn({ cause, collector, ...(heldBack > 0 && { heldBack }) }, 'spans could not be sent'),
      );
    },
    warned: (text) => throttle('warned', () => logger.warn({ reason: text }, 'OpenTelemetry warns')),
    misconfigured: (problem) => logger.warn({ problem }, 'a variable of OpenTelemetry is not understood'),
  };
}
