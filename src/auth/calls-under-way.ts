/** Counts the calls under way, in all and of each network. */
export class CallsUnderWay {
  readonly #byNetwork = new Map<string, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  of(network: string): number {
    return this.#byNetwork.get(network) ?? 0;
  }

  count(network: string, change: 1 | -1): void {
    this.#total += change;
    const calls = this.of(network) + change;
    if (calls === 0) this.#byNetwork.delete(network);
    else this.#byNetwork.set(network, calls);
  }
}
