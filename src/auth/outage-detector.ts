import type { Caller } from './caller.ts';

/** An outage takes so many different tokens without an answer … */
const TOKENS = 5;
/** … from so many networks, so that a single attacker makes no outage … */
const NETWORKS = 2;
/** … or no answer at all for so long after a call about a token that was valid before. */
const SILENCE_MS = 10_000;
/** Unanswered calls count together when they are no further apart. */
const STALE_MS = 60_000;

/** Collects the calls without an answer since the last answer, no more of them than a decision takes. */
export class OutageDetector {
  readonly #tokens = new Set<string>();
  readonly #networks = new Set<string>();
  /** Start of the first unanswered call about a token that was valid before. */
  #silentSince = Infinity;
  #lastAt = Infinity;

  isEmpty(): boolean {
    return this.#tokens.size === 0;
  }

  /** True when the last unanswered call is too old: what failed an hour ago does not make an outage of what fails now. */
  isStale(now: number): boolean {
    return now - this.#lastAt > STALE_MS;
  }

  unanswered({ key, network }: Caller, wasValid: boolean, askedAt: number, now: number): void {
    if (this.#tokens.size < TOKENS) this.#tokens.add(key);
    if (this.#networks.size < NETWORKS) this.#networks.add(network);
    if (wasValid) this.#silentSince = Math.min(this.#silentSince, askedAt);
    this.#lastAt = now;
  }

  isOutage(now: number): boolean {
    if (this.#tokens.size < TOKENS) return false;
    return this.#networks.size >= NETWORKS || now - this.#silentSince >= SILENCE_MS;
  }
}
