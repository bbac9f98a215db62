/** Callers that wait for their turn: in the order of their arrival, one network after the other. */
export class WaitingTokens<One extends { readonly network: string }> {
  readonly #lanes = new Map<string, Set<One>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(one: One): void {
    const lane = this.#lanes.get(one.network);
    if (lane) lane.add(one);
    else this.#lanes.set(one.network, new Set([one]));
    this.#size += 1;
  }

  delete(one: One): void {
    const lane = this.#lanes.get(one.network);
    if (!lane?.delete(one)) return;
    this.#size -= 1;
    // A network that had its turn stands last, so that a crowd in one holds up nobody in another.
    this.#lanes.delete(one.network);
    if (lane.size > 0) this.#lanes.set(one.network, lane);
  }

  /** The lanes, of which those that change meanwhile come again. */
  lanes(): Iterable<readonly [network: string, lane: ReadonlySet<One>]> {
    return this.#lanes;
  }
}
