import type { Client } from './client.ts';

type Claims = Readonly<Record<string, unknown>>;

interface Waiting {
  readonly claims: Claims;
  readonly timer: NodeJS.Timeout;
}

/** How long a client may take until it is ready. */
const PATIENCE_MS = 30_000;

/** Clients that asked, with `hold: true`, for no event of a durable route before they say that they are ready. Nothing is kept for them but their positions. */
export class HeldClients {
  readonly #waiting = new Map<Client, Waiting>();

  /** @param late called where the client was not ready in time; it is not held any more. */
  add(client: Client, claims: Claims, late: () => void): void {
    const timer = setTimeout(() => {
      this.#waiting.delete(client);
      late();
    }, PATIENCE_MS);
    this.#waiting.set(client, { claims, timer });
  }

  /** Ends the wait; gives what the client said of its positions, or nothing where it was not held. */
  take(client: Client): Claims | undefined {
    const waiting = this.#waiting.get(client);
    clearTimeout(waiting?.timer);
    this.#waiting.delete(client);
    return waiting?.claims;
  }

  /** After a reload: routes that are new are held too, and those that are gone are not. */
  follow(routes: readonly string[], gone: readonly string[]): void {
    for (const client of this.#waiting.keys()) {
      for (const name of gone) client.release(name);
      for (const name of routes) client.hold(name);
    }
  }

  clear(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }
}
