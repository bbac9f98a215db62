import { findLoss, suggestsLoss } from './history-loss.ts';
import { eventIdsFor, type History } from './history.ts';
import { before } from './position.ts';
import type { HistoryLoss } from './reset-reasons.ts';
import type { StreamState, StreamStore } from './store.ts';

export interface ContinuityOptions {
  readonly history: History;
  readonly store: StreamStore;
  /** True once nothing may be sent any more. */
  readonly isStopped: () => boolean;
  /** Called after another history was adopted, with an empty ring. */
  readonly adopted: () => void;
  /** Called before anything of the new history is sent. */
  readonly lost: (reason: HistoryLoss) => void;
}

/** Checks whether Redis still has the history that was read, and otherwise adopts the one that it has. */
export class Continuity {
  readonly #options: ContinuityOptions;
  /** How many entries were ever added to this history, up to its position; NaN if unknown. */
  #added = Number.NaN;

  constructor(options: ContinuityOptions) {
    this.#options = options;
  }

  get added(): number {
    return this.#added;
  }

  /** @param added count of the previous reader, if there was one. */
  begin(state: StreamState, added = Number.NaN): void {
    this.#added = added;
    this.#recount(state);
  }

  /** Counts entries that were read. */
  advance(entries: number): void {
    this.#added += entries;
  }

  /** Returns whether the state that came with a read is a reason to check. */
  needsCheck(state: StreamState | undefined): boolean {
    return state !== undefined && suggestsLoss(state, this.#added, this.#options.history.position);
  }

  async check(): Promise<void> {
    const { history, store } = this.#options;
    const [epoch, state] = [await store.epoch(), await store.state()];
    if (epoch !== history.epoch) return this.#adopt(epoch, 'epoch');
    const loss = await findLoss(history, state, this.#added, store);
    if (loss === 'trimmed') await this.#skip(state);
    else if (loss === undefined) this.#recount(state);
    else await this.#adopt(await store.rotateEpoch(epoch), loss);
  }

  /** Continues after entries that were trimmed before they could be read. */
  async #skip(state: StreamState): Promise<void> {
    const { history, store, isStopped, lost } = this.#options;
    const [next] = await store.ids(history.position, undefined, 1);
    if (isStopped()) return;
    history.skipTo(next === undefined ? state.lastId : before(next));
    this.#added = state.added - state.length;
    lost('trimmed');
  }

  /** Adopts another history. Its entries that were not sent yet are sent, after the clients received the reset. */
  async #adopt(epoch: string, reason: HistoryLoss): Promise<void> {
    const { history, store, isStopped, adopted, lost } = this.#options;
    const { position, ring } = history;
    const sent = new Set(ring.lastIds(Infinity));
    const state = await store.state();
    const upTo = position < state.lastId ? position : state.lastId;
    // One id more than were sent: if that many exist, one of them is new.
    const ids = await store.ids(ring.floor, upTo, sent.size + 1);
    const firstNew = ids.find((id) => !sent.has(id));
    const end = firstNew === undefined ? upTo : before(firstNew);
    const eventIds = await eventIdsFor(history.route, end, store);
    if (isStopped()) return;
    history.begin({ epoch, position: end, eventIds, sent });
    this.#added = Number.NaN;
    this.#recount(state);
    lost(reason);
    adopted();
  }

  #recount({ added, lastId }: StreamState): void {
    if (lastId === this.#options.history.position) this.#added = added;
  }
}
