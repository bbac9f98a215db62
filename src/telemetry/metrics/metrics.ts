import { Registry } from 'prom-client';
import { authMetrics } from './auth-metrics.ts';
import { clientMetrics } from './client-metrics.ts';
import { createInstruments } from './instruments.ts';
import { collectProcessMetrics, processMetrics } from './process-metrics.ts';
import { exportGauges, type GaugeReadings } from './gauges.ts';
import { routeMetrics } from './route-metrics.ts';
import { subscriptionMetrics } from './subscription-metrics.ts';
import { streamMetrics } from './stream-metrics.ts';

export type Metrics = ReturnType<typeof createMetrics>;

/** Every series the gateway exports. Labels are route names, events and codes from closed lists: never ids. */
export function createMetrics() {
  const registry = new Registry();
  const instruments = createInstruments(registry);
  collectProcessMetrics(registry);
  return {
    registry,
    ...clientMetrics(instruments),
    ...routeMetrics(instruments),
    ...streamMetrics(instruments),
    ...authMetrics(instruments),
    ...subscriptionMetrics(instruments),
    ...processMetrics(instruments),
    read: (readings: GaugeReadings) => exportGauges(instruments, readings),
  };
}
