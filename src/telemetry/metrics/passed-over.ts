import type { Handled } from '../../dispatch/report.ts';
import type { Route } from '../../routes/plan.ts';

/**
 * Counts the messages that routes pass over. A message costs one addition, and one for each route that takes it, however
 * many routes its channel has: the difference is computed at the scrape.
 */
export class PassedOverCounts {
  /** Messages by the list of the routes that were asked, which all messages of a channel share. */
  readonly #asked = new Map<readonly Route[], number>();
  readonly #taken = new Map<Route, number>();

  /** Adds a message that some routes were asked about. */
  add({ filtered, outcomes }: Pick<Handled, 'filtered' | 'outcomes'>): void {
    this.#asked.set(filtered, (this.#asked.get(filtered) ?? 0) + 1);
    for (const { route } of outcomes)
      if (route?.when !== undefined) this.#taken.set(route, (this.#taken.get(route) ?? 0) + 1);
  }

  /** Passes what was counted since the last call. */
  flush(count: (route: Route, passedOver: number) => void): void {
    if (this.#asked.size === 0) return;
    const totals = new Map<Route, number>();
    for (const [routes, messages] of this.#asked)
      for (const route of routes) totals.set(route, (totals.get(route) ?? 0) + messages);
    for (const [route, messages] of totals) {
      const passed = messages - (this.#taken.get(route) ?? 0);
      if (passed > 0) count(route, passed);
    }
    // An old plan's routes are not kept.
    this.#asked.clear();
    this.#taken.clear();
  }
}
