import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type Instruments = ReturnType<typeof createInstruments>;

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

  function histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, buckets, registers });
  }

  function gauge<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers });
  }

  /** Read from its source at each scrape, so that it cannot drift. */
  function reading(name: string, help: string, read: () => number): void {
    const instrument: Gauge = new Gauge({ name, help, registers: [], collect: () => instrument.set(read()) });
    registry.registerMetric(instrument);
  }

  /** The same, of each route. */
  function readingByRoute(
    name: string,
    help: string,
    read: () => readonly (readonly [route: string, value: number])[],
  ): void {
    const collect = (): void => {
      instrument.reset();
      for (const [route, value] of read()) instrument.set({ route }, value);
    };
    const instrument: Gauge<'route'> = new Gauge({ name, help, labelNames: ['route'], registers: [], collect });
    registry.registerMetric(instrument);
  }

  return { counter, counterBy, histogram, gauge, reading, readingByRoute };
}
