import type { Session } from './socket-server.ts';

/** Counts open sessions by what some of them have in common, such as a user or an address. */
export class SessionQuota {
  readonly #most: number;
  readonly #keys = new Map<Session, string>();
  readonly #counts = new Map<string, number>();

  /** @param most sessions of one key; Infinity: none is counted. */
  constructor(most: number) {
    this.#most = most;
  }

  isUsedUp(key: string): boolean {
    return (this.#counts.get(key) ?? 0) >= this.#most;
  }

  /** Counts it until it is removed; once, whatever it did before. */
  add(key: string, session: Session): void {
    if (this.#most === Infinity || session.readyState === 'closed') return;
    this.remove(session);
    this.#keys.set(session, key);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  remove(session: Session): void {
    const key = this.#keys.get(session);
    if (key === undefined) return;
    this.#keys.delete(session);
    const left = (this.#counts.get(key) ?? 0) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}
