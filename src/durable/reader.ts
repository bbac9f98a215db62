import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DurableRoute, StreamDispatch } from '../dispatch/stream.ts';
import { exponentialBackoff, jittered } from '../flow/backoff.ts';
import { Signal } from './signal.ts';
import { Continuity } from './continuity.ts';
import { eventIdsFor, History } from './history.ts';
import { fillRing } from './ring-fill.ts';
import { timeOf, type Position } from './position.ts';
import type { HistoryLoss } from './reset-reasons.ts';
import type { StreamEntry, StreamStore } from './store.ts';

export interface ReaderEvents {
  /** Redis did not answer, or refused; it is asked again. */
  readFailed(route: string, error: unknown): void;
  /** The history is no longer the one that was read; clients are told. */
  historyLost(route: string, reason: HistoryLoss): void;
}

/** In a history; at its end, where there is no id. */
export interface ResumePoint extends Partial<Position> {
  readonly e: string;
  /** How many entries were ever added up to there. */
  readonly added?: number;
  /** Whether the stream was being read. */
  readonly reading?: boolean;
}

export interface ReaderOptions {
  readonly route: DurableRoute;
  readonly store: StreamStore;
  readonly dispatch: StreamDispatch;
  readonly events: ReaderEvents;
  /** Where a reader before this one stopped: nothing behind it was sent. Without an id it read another stream. */
  readonly from?: ResumePoint;
  /** The history was lost; it is told before anything new is sent. */
  readonly lost: (reason: HistoryLoss) => void;
}

/** How often history is looked at while nothing seems wrong, in milliseconds. */
const CHECK_EVERY = 30_000;
/** A check as young as this answers for now. */
const RECENTLY = 1000;
const RETRY_MS = { shortest: 50, longest: 2000 };
/** Sent without a turn of the event loop. A read brings 4 MB, and a client for which 4 MB wait is cut off as slow. */
const BYTES_AT_ONCE = 256 * 1024;

/** Reads one stream for as long as the route is in the plan: each entry once, in order, whatever happens to Redis. */
export class Reader {
  readonly history: History;
  readonly store: StreamStore;
  readonly #options: ReaderOptions;
  readonly #continuity: Continuity;
  readonly #changes = new Signal();
  #started = false;
  #stopped = false;
  #reading = false;
  #lag = 0;
  #checkedAt = -Infinity;
  #checkNow = false;
  #failures = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.store = options.store;
    this.#reading = options.from?.reading === true;
    this.history = new History(options.route, options.dispatch);
    this.#continuity = new Continuity({
      history: this.history,
      store: this.store,
      isStopped: () => this.#stopped,
      adopted: () => this.#fillLater(),
      lost: (reason) => this.#lost(reason),
    });
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Whether the past is known, and entries may be replayed. */
  get started(): boolean {
    return this.#started;
  }

  /** Whether the stream could be read when that was last tried. */
  get reading(): boolean {
    return this.#reading;
  }

  /** How old the newest entry was when it was handled, in seconds. */
  get lag(): number {
    return this.#lag;
  }

  /** Where another reader has to go on, once this one has stopped; nothing while it knows nothing. */
  get resumePoint(): ResumePoint | undefined {
    if (!this.#started) return this.#options.from;
    return { e: this.history.epoch, id: this.history.position, added: this.#continuity.added, reading: this.#reading };
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#turn();
        this.#failures = 0;
      } catch (error) {
        if (this.#stopped) return;
        this.#reading = false;
        this.#checkedAt = -Infinity;
        this.#options.events.readFailed(this.#options.route.name, error);
        await this.changed(jittered(exponentialBackoff(RETRY_MS, (this.#failures += 1))));
      }
    }
  }

  /** No entry is sent after this. */
  stop(): void {
    this.#stopped = true;
    this.store.close();
    this.#changes.notify();
  }

  /** Resolves once the history has been looked at, at most a moment ago. */
  async checked(): Promise<void> {
    const asked = performance.now();
    while (!this.#stopped && this.#checkedAt < asked - RECENTLY) {
      this.#checkNow = true;
      await this.changed(RETRY_MS.longest);
    }
  }

  /** Resolves after the next entries, or when `ms` are over, or when it stops. */
  changed(ms: number): Promise<void> {
    return this.#changes.next(ms);
  }

  async #turn(): Promise<void> {
    if (!this.#started) await this.#start();
    if (this.#stopped) return;
    if (this.#checkNow || performance.now() - this.#checkedAt >= CHECK_EVERY) await this.#check();
    if (this.#stopped) return;
    const { entries, state, unreadable } = await this.store.read(this.history.position);
    if (this.#stopped) return;
    this.#reading = true;
    if (unreadable !== undefined) return this.#passOver(unreadable);
    if (this.#continuity.isDoubtful(state)) return this.#check();
    if (entries.length > 0) await this.#deliver(entries);
  }

  async #deliver(entries: StreamEntry[]): Promise<void> {
    let bytes = 0;
    for (const entry of entries) {
      if (bytes >= BYTES_AT_ONCE) {
        bytes = 0;
        await nextTurn();
        if (this.#stopped) return;
      }
      this.history.deliver(entry);
      this.#continuity.advance(1);
      bytes += entry.payload?.length ?? 0;
    }
    // Else promises that were kept for long would keep them too, see the blocking reader.
    entries.length = 0;
    this.#lag = Math.max(0, (Date.now() - timeOf(this.history.position)) / 1000);
    this.#changes.notify();
  }

  /** Redis answers, and one entry does not come: without this step none behind it would either. */
  #passOver(id: string): void {
    this.history.passOver(id);
    this.#continuity.advance(1);
    this.#lost('trimmed');
    this.#changes.notify();
  }

  async #start(): Promise<void> {
    const { history, store } = this;
    const { route, from } = this.#options;
    const epoch = await store.epoch();
    const state = await store.state();
    const position = from?.id !== undefined && from.id < state.lastId ? from.id : state.lastId;
    const eventIds = await eventIdsFor(route, position, store);
    if (this.#stopped) return;
    history.begin({ epoch, position, eventIds });
    this.#continuity.begin(state, from?.added);
    // A route that was live goes on at once, and Redis is asked for what the ring has not got yet.
    if (from?.id === undefined) await fillRing(history, store, () => this.#stopped);
    else this.#fillLater();
    if (this.#stopped) return;
    this.#started = true;
    if (from !== undefined && from.e !== epoch) this.#lost('epoch');
    this.#changes.notify();
  }

  /** Replays read from Redis until it is done, and for good where Redis does not answer. */
  #fillLater(): void {
    fillRing(this.history, this.store, () => this.#stopped).catch(() => undefined);
  }

  async #check(): Promise<void> {
    const { history, store } = this;
    await this.#continuity.check();
    if (this.#stopped) return;
    const { entries, age } = history.route.stream.retain;
    if (entries !== undefined) await store.trim({ entries });
    if (age !== undefined) await store.trim({ before: Date.now() - age * 1000 });
    this.#checkedAt = performance.now();
    this.#checkNow = false;
    // After a failure only a read proves that the stream can be read.
    if (this.#failures === 0) this.#reading = true;
    this.#changes.notify();
  }

  #lost(reason: HistoryLoss): void {
    const { route, events, lost } = this.#options;
    events.historyLost(route.name, reason);
    lost(reason);
  }
}
