interface Entry<Value> {
  readonly value: Value;
  readonly until: number;
}

/** A map that removes each entry after the same time, and the oldest ones before that where there are too many. */
export class ExpiringMap<Key, Value> {
  readonly #entries = new Map<Key, Entry<Value>>();
  readonly #lifetime: number;
  readonly #most: number;

  /** @param lifetime in milliseconds. */
  constructor(lifetime: number, most: number) {
    this.#lifetime = lifetime;
    this.#most = most;
  }

  get(key: Key, now: number): Value | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && now < entry.until ? entry.value : undefined;
  }

  set(key: Key, value: Value, now: number): void {
    // An entry that is set again moves to the end: the first one is always the oldest.
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: now + this.#lifetime });
    for (const [oldest, { until }] of this.#entries) {
      if (until > now && this.#entries.size <= this.#most) break;
      this.#entries.delete(oldest);
    }
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }

  get size(): number {
    return this.#entries.size;
  }
}
