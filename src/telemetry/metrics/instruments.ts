import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { CounterRows } from './counter-rows.ts';

export type Instruments = ReturnType<typeof createInstruments>;

/** How long something took. */
export interface Timing {
  /** @param traceId of the trace that shows this one, where it is recorded. */
  observe(seconds: number, traceId?: string): void;
}

/** Makes the instruments of one registry. */
export function createInstruments(registry: Registry) {
  const registers = [registry];

  function counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name, help, labelNames, registers });
  }

  /**
   * A label whose values are a closed list. All series are there from the start: a counter that appears with its first
   * event hides that event from rate().
   */
  function counterBy<L extends string>(name: string, help: string, label: L, values: readonly string[]): Counter<L> {
    const created: Counter = counter(name, help, [label]);
    for (const value of values) created.inc({ [label]: value }, 0);
    return created;
  }

  /** Without labels: with the route it would be twenty series for each. An exemplar leads to a trace instead. */
  function histogram(name: string, help: string, buckets: number[]): Timing {
    // Registered afterwards: where exemplars are on, prom-client wants a registry that is written as OpenMetrics only.
    const instrument = new Histogram({ name, help, buckets, registers: [], enableExemplars: true });
    registry.registerMetric(instrument);
    return {
      observe: (value, traceId) =>
        instrument.observe({ value, ...(traceId !== undefined && { exemplarLabels: { trace_id: traceId } }) }),
    };
  }

  /** Read from its source at each scrape, so that it cannot drift. */
  function reading(name: string, help: string, read: () => number): void {
    const instrument: Gauge = new Gauge({ name, help, registers: [], collect: () => instrument.set(read()) });
    registry.registerMetric(instrument);
  }

  /** The same, by labels. */
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

  function rows<F extends string>(label: string, create: () => Record<F, number>): CounterRows<F> {
    return new CounterRows(registry, label, create);
  }

  return { counter, counterBy, rows, histogram, reading, readingBy };
}
