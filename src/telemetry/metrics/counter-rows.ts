import { Counter, Gauge, type Registry } from 'prom-client';

// For the message path: prom-client's `inc` costs a quarter of a microsecond with a label, and a message would pay for it
// six times. It hears of the sums when somebody asks.

/**
 * All that is counted of one thing, such as a route, in one piece of memory: with thousands of routes each place that a message
 * touches has to be fetched first, and took longer than the rest of its way.
 */
export class CounterRows<Field extends string> {
  readonly #registry: Registry;
  readonly #label: string;
  readonly #create: () => Record<Field, number>;
  readonly #rows = new Map<string, Record<Field, number>>();

  /** @param create a row of zeroes. */
  constructor(registry: Registry, label: string, create: () => Record<Field, number>) {
    this.#registry = registry;
    this.#label = label;
    this.#create = create;
  }

  /** What was counted of it since somebody asked; to be added to. */
  of(value: string): Record<Field, number> {
    let row = this.#rows.get(value);
    if (row === undefined) this.#rows.set(value, (row = this.#create()));
    return row;
  }

  counter(field: Field, name: string, help: string): Pick<Counter, 'get' | 'inc'> {
    const collect = (): void => {
      for (const [value, row] of this.#rows) {
        if (row[field] > 0) created.inc({ [this.#label]: value }, row[field]);
        row[field] = 0;
      }
    };
    const created: Counter = new Counter({ name, help, ...this.#options(), collect });
    return created;
  }

  /** A gauge, in seconds, of a point in time that is noted as Date.now(); absent before the first. */
  moment(field: Field, name: string, help: string): Pick<Gauge, 'get'> {
    const collect = (): void => {
      for (const [value, row] of this.#rows)
        if (row[field] > 0) created.set({ [this.#label]: value }, row[field] / 1000);
    };
    const created: Gauge = new Gauge({ name, help, ...this.#options(), collect });
    return created;
  }

  #options() {
    return { labelNames: [this.#label], registers: [this.#registry] };
  }
}
