import type { Client } from './client.ts';

type LastPositions = Readonly<Record<string, unknown>>;

interface Waiting {
  readonly lastPositions: LastPositions;
  readonly timer: NodeJS.Timeout;
}

/** How long a client may take until it is ready. */
const READY_TIMEOUT_MS = 30_000;

/** Clients that asked, with `hold: true`, to receive no event of a durable route before they are ready. Only their positions are kept. */
export class WaitingClients {
  readonly #waiting = new Map<Client, Waiting>();

  /** @param late called if the client was not ready in time; it no longer waits then. */
  add(client: Client, lastPositions: LastPositions, late: () => void): void {
    const timer = setTimeout(() => {
      this.#waiting.delete(client);
      late();
    }, READY_TIMEOUT_MS);
    this.#waiting.set(client, { lastPositions, timer });
  }

  /** Ends the wait. @returns the positions that the client sent; undefined if it did not wait. */
  take(client: Client): LastPositions | undefined {
    const waiting = this.#waiting.get(client);
    clearTimeout(waiting?.timer);
    this.#waiting.delete(client);
    return waiting?.lastPositions;
  }

  /** Holds the routes of a new plan, and releases those that were removed. */
  updateRoutes(routes: readonly string[], removed: readonly string[]): void {
    for (const client of this.#waiting.keys()) {
      for (const name of removed) client.release(name);
      for (const name of routes) client.hold(name);
    }
  }

  clear(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }
}
