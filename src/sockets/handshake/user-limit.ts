import { KeyedCounter } from './keyed-counter.ts';
import type { Session } from '../servers/socket-server.ts';

/** Counts open sessions by user; the user of a session may change. */
export class UserLimit {
  readonly #users = new Map<Session, string>();
  readonly #counts: KeyedCounter;

  /** @param most sessions per user; Infinity means no limit. */
  constructor(most: number) {
    this.#counts = new KeyedCounter(most);
  }

  isUsedUp(user: string): boolean {
    return this.#counts.isUsedUp(user);
  }

  /** Counts a session until it is removed; once, also after its user changed. */
  add(user: string, session: Session): void {
    if (session.readyState === 'closed') return;
    this.remove(session);
    this.#users.set(session, user);
    this.#counts.add(user);
  }

  remove(session: Session): void {
    const user = this.#users.get(session);
    if (user === undefined) return;
    this.#users.delete(session);
    this.#counts.remove(user);
  }
}
