import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { CounterRows } from './counter-rows.ts';

export type Instruments = ReturnType<typeof createInstruments>;

/** A histogram of durations. */
export interface Timing {
  /** @param traceId becomes the exemplar, where the trace is recorded. */
  observe(seconds: number, traceId?: string): void;
}

/** Returns functions that create instruments in one registry. */
export function createInstruments(registry: Registry) {
  const registers = [registry];

  function counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name, help, labelNames, registers });
  }

  /**
   * Creates a counter whose label has a closed list of values. All series exist from the start: a counter that appears
   * with its first event hides that event from rate().
   */
  function counterBy<L extends string>(name: string, help: string, label: L, values: readonly string[]): Counter<L> {
    const created: Counter = counter(name, help, [label]);
    for (const value of values) created.inc({ [label]: value }, 0);
    return created;
  }

  /** Creates a histogram without labels: a route label would add twenty series per route. Exemplars lead to traces instead. */
  function histogram(name: string, help: string, buckets: number[]): Timing {
    // Registered afterwards: with exemplars, prom-client only accepts a registry whose format is OpenMetrics.
    const instrument = new Histogram({ name, help, buckets, registers: [], enableExemplars: true });
    registry.registerMetric(instrument);
    return {
      observe: (value, traceId) =>
        instrument.observe({ value, ...(traceId !== undefined && { exemplarLabels: { trace_id: traceId } }) }),
    };
  }

  /** Creates a gauge that is read from its source at each scrape, so that it cannot drift. */
  function reading(name: string, help: string, read: () => number): void {
    const instrument: Gauge = new Gauge({ name, help, registers: [], collect: () => instrument.set(read()) });
    registry.registerMetric(instrument);
  }

  /** Creates a gauge with labels that is read at each scrape. */
  function readingBy<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    read: () => readonly (readonly [labels: Readonly<Record<L, string>>, value: number])[],
  ): void {
    const collect = (): void => {
      instrument.reset();
      for (const [labels, value] of read()) instrument.set(labels, value);
    };
    const instrument: Gauge<L> = new Gauge({ name, help, labelNames, registers: [], collect });
    registry.registerMetric(instrument);
  }

  function rows<F extends string>(
    label: string,
    create: () => Record<F, number>,
    completed?: () => void,
  ): CounterRows<F> {
    return new CounterRows(registry, label, create, completed);
  }

  return { counter, counterBy, rows, histogram, reading, readingBy };
}
