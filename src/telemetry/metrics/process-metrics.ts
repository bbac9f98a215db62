import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { Instruments } from './instruments.ts';

const RELOAD_OUTCOMES = ['applied', 'unchanged', 'refused', 'needs-restart'];

/** Left out: forty series of heap spaces, and an unbounded number of series of active handles by Node's class names. */
const UNWANTED = /^nodejs_(heap_space|active)_/;

/** Registers the default metrics of a Node process. */
export function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray()) if (UNWANTED.test(name)) registry.removeSingleMetric(name);
}

/** Creates the metrics of reloads, errors, stalls, span exports and log output. */
export function processMetrics({ counter, counterBy }: Instruments) {
  return {
    reloads: counterBy('gateway_reloads_total', 'Reloads of the routes, by outcome.', 'outcome', RELOAD_OUTCOMES),
    uncaughtErrors: counter('gateway_uncaught_errors_total', 'Uncaught errors; the process exits after the first.'),
    stalls: counter('gateway_event_loop_stalls_total', 'Times that the event loop was blocked for more than a second.'),
    spanExportsFailed: counter('gateway_span_exports_failed_total', 'Batches of spans that could not be sent.'),
    logLinesDropped: counter(
      'gateway_log_lines_dropped_total',
      'Log lines dropped because no process read them or they could not be written.',
    ),
  };
}
