/** Items that were removed and still take memory, before it is worth moving the others. */
const LEAST_REMOVED = 64;

/**
 * A queue in one array. Removing the first item moves an index; the array is cut when half of it is removed items, or all. So each
 * item is copied about once, where Array.shift() would copy all of a long queue each time.
 */
export class CompactingQueue<Item> {
  #items: Item[];
  #start = 0;

  constructor(items: Item[] = []) {
    this.#items = items;
  }

  get size(): number {
    return this.#items.length - this.#start;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** Removes the first item and returns it. */
  shift(): Item | undefined {
    if (this.size === 0) return undefined;
    const item = this.#items[this.#start];
    this.#start += 1;
    const isHalfRemoved = this.#start >= LEAST_REMOVED && this.#start * 2 >= this.#items.length;
    if (isHalfRemoved || this.#start === this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return item;
  }

  /** @param index 0 is the first item. */
  at(index: number): Item | undefined {
    return index < 0 ? undefined : this.#items[this.#start + index];
  }

  /** The items from `index` on, first to last. */
  from(index: number): Item[] {
    return this.#items.slice(this.#start + Math.max(0, index));
  }
}
