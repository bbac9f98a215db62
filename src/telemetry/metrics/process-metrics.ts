import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { Instruments } from './instruments.ts';

const RELOAD_OUTCOMES = ['applied', 'unchanged', 'refused', 'needs-restart'];

/** Forty series, of the heap's spaces one by one; and what is open, by Node's own classes: as many series as it likes. */
const UNWANTED = /^nodejs_(heap_space|active)_/;

/** What Node tells of any process. */
export function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray()) if (UNWANTED.test(name)) registry.removeSingleMetric(name);
}

/** The gateway as a process. */
export function processMetrics({ counter, counterBy }: Instruments) {
  return {
    reloads: counterBy(
      'gateway_reloads_total',
      'Times the routes were read anew, by how it ended.',
      'outcome',
      RELOAD_OUTCOMES,
    ),
    uncaughtErrors: counter(
      'gateway_uncaught_errors_total',
      'Errors that nobody caught; the process ends with the first.',
    ),
    stalls: counter('gateway_event_loop_stalls_total', 'Times the event loop stood still for more than a second.'),
    spanExportsFailed: counter('gateway_span_exports_failed_total', 'Batches of spans that could not be sent.'),
    logLinesDropped: counter(
      'gateway_log_lines_dropped_total',
      'Log lines dropped because nobody read them or they could not be written.',
    ),
  };
}
