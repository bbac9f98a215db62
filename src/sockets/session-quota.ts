import type { GatewaySocket } from './socket-server.ts';

type Session = GatewaySocket['conn'];

/** Counts open sessions by what some of them have in common, such as a user or an address. */
export class SessionQuota {
  readonly #most: number;
  readonly #keys = new Map<Session, string>();
  readonly #counts = new Map<string, number>();
  /** One for all sessions: one for each would cost more than all else here. */
  readonly #closed: (this: Session) => void;

  /** @param most sessions of one key; Infinity: none is counted. */
  constructor(most: number) {
    this.#most = most;
    const uncount = (session: Session): void => this.#uncount(session);
    this.#closed = function closed() {
      uncount(this);
    };
  }

  isUsedUp(key: string): boolean {
    return (this.#counts.get(key) ?? 0) >= this.#most;
  }

  /** Counts it until it is closed; once, whatever it did before. */
  add(key: string, session: Session): void {
    if (this.#most === Infinity || session.readyState === 'closed') return;
    if (this.#keys.has(session)) this.#uncount(session);
    else session.on('close', this.#closed);
    this.#keys.set(session, key);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  #uncount(session: Session): void {
    const key = this.#keys.get(session);
    if (key === undefined) return;
    this.#keys.delete(session);
    const left = (this.#counts.get(key) ?? 0) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}
