/** A queue with one lane for each network: first come, first served within a lane, one lane after the other. */
export class FairQueue<Item extends { readonly network: string }> {
  readonly #lanes = new Map<string, Set<Item>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(item: Item): void {
    const lane = this.#lanes.get(item.network);
    if (lane) lane.add(item);
    else this.#lanes.set(item.network, new Set([item]));
    this.#size += 1;
  }

  delete(item: Item): void {
    const lane = this.#lanes.get(item.network);
    if (!lane?.delete(item)) return;
    this.#size -= 1;
    // A network that had its turn moves to the end, so that a crowd in one network does not delay the others.
    this.#lanes.delete(item.network);
    if (lane.size > 0) this.#lanes.set(item.network, lane);
  }

  /** The lanes in turn; a lane from which an item is deleted during the iteration is returned again at the end. */
  lanes(): Iterable<readonly [network: string, lane: ReadonlySet<Item>]> {
    return this.#lanes;
  }
}
