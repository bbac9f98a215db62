import type { Caller } from './breaker.ts';

/** Different tokens without an answer that it takes. */
const TOKENS = 5;
/** They come from that many networks, so that no single stranger makes an outage … */
const NETWORKS = 2;
/** … or nothing was answered for that long after one of them that was good before was asked about. */
const SILENCE_MS = 10_000;
/** Calls without an answer count together when they are no further apart. */
const STALE_MS = 60_000;

/** Calls without an answer since the last answer; no more of them than it takes to decide. */
export class OutageEvidence {
  readonly #tokens = new Set<string>();
  readonly #networks = new Set<string>();
  /** When a token that was good before was first asked about. */
  #silentSince = Infinity;
  #lastAt = Infinity;

  isEmpty(): boolean {
    return this.#tokens.size === 0;
  }

  /** What failed an hour ago does not make an outage of what fails now. */
  isStale(now: number): boolean {
    return now - this.#lastAt > STALE_MS;
  }

  add({ key, network }: Caller, isKnown: boolean, askedAt: number, now: number): void {
    if (this.#tokens.size < TOKENS) this.#tokens.add(key);
    if (this.#networks.size < NETWORKS) this.#networks.add(network);
    if (isKnown) this.#silentSince = Math.min(this.#silentSince, askedAt);
    this.#lastAt = now;
  }

  isOutage(now: number): boolean {
    if (this.#tokens.size < TOKENS) return false;
    return this.#networks.size >= NETWORKS || now - this.#silentSince >= SILENCE_MS;
  }
}
