import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** A counter with one label. */
export interface Tally<L extends string> extends Pick<Counter<L>, 'get'> {
  add(value: string, count?: number): void;
}

/** A gauge of points in time, with one label. */
export interface Moments<L extends string> extends Pick<Gauge<L>, 'get'> {
  /** @param at as Date.now(); shown in seconds. */
  note(value: string, at: number): void;
}

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

  /**
   * A counter with one label, cheap to add to: prom-client's `inc` costs a quarter of a microsecond with a label, and a message would
   * pay for it six times. It hears of the sum when somebody asks.
   */
  function tally<L extends string>(name: string, help: string, label: L): Tally<L> {
    const added = new Map<string, number>();
    const collect = (): void => {
      for (const [value, count] of added) created.inc({ [label]: value }, count);
      added.clear();
    };
    const created: Counter = new Counter({ name, help, labelNames: [label], registers, collect });
    return {
      add: (value, count = 1) => void added.set(value, (added.get(value) ?? 0) + count),
      get: () => created.get(),
    };
  }

  /** When something last happened, as cheap as a tally. */
  function moments<L extends string>(name: string, help: string, label: L): Moments<L> {
    const last = new Map<string, number>();
    const collect = (): void => {
      for (const [value, at] of last) created.set({ [label]: value }, at / 1000);
      last.clear();
    };
    const created: Gauge = new Gauge({ name, help, labelNames: [label], registers, collect });
    return { note: (value, at) => void last.set(value, at), get: () => created.get() };
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

  return { counter, counterBy, tally, moments, histogram, reading, readingBy };
}
