import { isSuspect, lossOf } from './fork-check.ts';
import { History } from './history.ts';
import { before } from './position.ts';
import type { HistoryLoss } from './reset-reasons.ts';
import type { StreamEntry, StreamState, StreamStore } from './store.ts';

export interface ContinuityOptions {
  readonly history: History;
  readonly store: StreamStore;
  /** Nothing may be sent any more. */
  readonly isStopped: () => boolean;
  /** Told before anything of the new history is sent. */
  readonly lost: (reason: HistoryLoss) => void;
}

/** Whether Redis still has the history that was read; and where it has not, the way into the one that it has. */
export class Continuity {
  readonly #options: ContinuityOptions;
  /** How many entries were ever added to this history, up to its position; NaN where that is not known. */
  #added = Number.NaN;

  constructor(options: ContinuityOptions) {
    this.#options = options;
  }

  get added(): number {
    return this.#added;
  }

  /** @param added where a reader before this one counted. */
  begin(state: StreamState, added = Number.NaN): void {
    this.#added = added;
    this.#recount(state);
  }

  /** So many entries were read. */
  advance(entries: number): void {
    this.#added += entries;
  }

  /** Whether what a read tells is reason enough to look. */
  isDoubtful(state: StreamState | undefined): boolean {
    return state !== undefined && isSuspect(state, this.#added, this.#options.history.position);
  }

  async check(): Promise<void> {
    const { history, store } = this.#options;
    const [epoch, state] = [await store.epoch(), await store.state()];
    if (epoch !== history.epoch) return this.#adopt(epoch, 'epoch');
    const loss = await lossOf(history, state, this.#added, store);
    if (loss === 'trimmed') await this.#skip(state);
    else if (loss === undefined) this.#recount(state);
    else await this.#adopt(await store.rotateEpoch(epoch), loss);
  }

  /** Entries were gone before they could be read. */
  async #skip(state: StreamState): Promise<void> {
    const { history, store, isStopped, lost } = this.#options;
    const { entries } = await store.page(history.position, 1);
    if (isStopped()) return;
    const [next] = entries;
    history.skipTo(next === undefined ? state.lastId : before(next.id));
    this.#added = state.added - state.length;
    lost('trimmed');
  }

  /** Takes over another history: what of it was not sent yet is sent, after the clients were told. */
  async #adopt(epoch: string, reason: HistoryLoss): Promise<void> {
    const { history, store, isStopped, lost } = this.#options;
    const upTo = history.position;
    const past = await store.last(History.wanted(history.route), upTo);
    if (isStopped()) return;
    const old = new Set(history.ring.lastIds(Infinity));
    const { floor } = history.ring;
    const isKnown = ({ id }: Pick<StreamEntry, 'id'>): boolean => id <= floor || old.has(id);
    const rest = history.load({ epoch, ...past, upTo }, (id) => isKnown({ id }));
    lost(reason);
    for (const entry of rest)
      if (isKnown(entry)) history.learn(entry);
      else history.deliver(entry);
    this.#added = Number.NaN;
    this.#recount(past.state);
  }

  #recount({ added, lastId }: StreamState): void {
    if (lastId === this.#options.history.position) this.#added = added;
  }
}
