/** Entries of a read before the size of entries is known. */
const USUAL = 50;
const MOST = 500;
/** Bytes that a read returns at most, if entries stay as large as they were. */
const WANTED_BYTES = 4 * 1024 * 1024;

/** How many entries the next read requests: Redis counts entries, and their size is known only when they have arrived. */
export class ReadSize {
  #entries = USUAL;
  #meanBytes = 0;

  get entries(): number {
    return Math.max(1, Math.min(this.#entries, Math.floor(WANTED_BYTES / this.#meanBytes)));
  }

  succeeded(entries: number, bytes: number): void {
    if (entries > 0) this.#meanBytes = bytes / entries;
    // Grows while there is more to read, and shrinks when there is not: the next burst may be of large entries.
    const next = this.#entries < USUAL ? this.#entries * 2 : Math.max(USUAL, entries * 2);
    this.#entries = Math.min(next, MOST);
  }

  failed(): void {
    this.#entries = 1;
  }
}
