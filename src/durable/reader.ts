import type { DurableRoute, StreamDispatch } from '../dispatch/stream-dispatch.ts';
import { Changes } from './changes.ts';
import { Continuity } from './continuity.ts';
import { History } from './history.ts';
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
export interface Place extends Partial<Position> {
  readonly e: string;
  /** How many entries were ever added up to there. */
  readonly added?: number;
}

export interface ReaderOptions {
  readonly route: DurableRoute;
  readonly store: StreamStore;
  readonly dispatch: StreamDispatch;
  readonly events: ReaderEvents;
  /** Where a reader before this one stopped: nothing behind it was sent. Without an id it read another stream. */
  readonly from?: Place;
  /** The history was lost; it is told before anything new is sent. */
  readonly lost: (reason: HistoryLoss) => void;
}

/** How often history is looked at while nothing seems wrong, in milliseconds. */
const CHECK_EVERY = 30_000;
/** A check as young as this answers for now. */
const RECENTLY = 1000;
const LONGEST_PAUSE = 2000;

/** Reads one stream for as long as the route is in the plan: each entry once, in order, whatever happens to Redis. */
export class Reader {
  readonly history: History;
  readonly store: StreamStore;
  readonly #options: ReaderOptions;
  readonly #continuity: Continuity;
  readonly #changes = new Changes();
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
    this.history = new History(options.route, options.dispatch);
    this.#continuity = new Continuity({
      history: this.history,
      store: this.store,
      isStopped: () => this.#stopped,
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

  /** Whether Redis answered when it was last asked. */
  get reading(): boolean {
    return this.#reading;
  }

  /** How old the newest entry was when it was handled, in seconds. */
  get lag(): number {
    return this.#lag;
  }

  /** Where another reader has to go on, once this one has stopped; nothing while it knows nothing. */
  get place(): Place | undefined {
    if (!this.#started) return this.#options.from;
    return { e: this.history.epoch, id: this.history.position, added: this.#continuity.added };
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
        await this.changed(pauseBefore((this.#failures += 1)));
      }
    }
  }

  /** No entry is sent after this. */
  stop(): void {
    this.#stopped = true;
    this.store.close();
    this.#changes.tell();
  }

  /** Resolves once the history has been looked at, at most a moment ago. */
  async checked(): Promise<void> {
    const asked = performance.now();
    while (!this.#stopped && this.#checkedAt < asked - RECENTLY) {
      this.#checkNow = true;
      await this.changed(LONGEST_PAUSE);
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
    const { entries, state } = await this.store.read(this.history.position);
    this.#reading = true;
    if (this.#stopped) return;
    if (this.#continuity.isDoubtful(state)) return this.#check();
    if (entries.length > 0) this.#deliver(entries);
  }

  #deliver(entries: StreamEntry[]): void {
    for (const entry of entries) this.history.deliver(entry);
    this.#continuity.advance(entries.length);
    // Else promises that were kept for long would keep them too, see the blocking reader.
    entries.length = 0;
    this.#lag = Math.max(0, (Date.now() - timeOf(this.history.position)) / 1000);
    this.#changes.tell();
  }

  async #start(): Promise<void> {
    const { route, from } = this.#options;
    const epoch = await this.store.epoch();
    const past = await this.store.last(History.wanted(route), from?.id);
    if (this.#stopped) return;
    this.history.load({ epoch, ...past, ...(from?.id !== undefined && { upTo: from.id }) });
    this.#continuity.begin(past.state, from?.added);
    this.#started = true;
    if (from !== undefined && from.e !== epoch) this.#lost('epoch');
    this.#changes.tell();
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
    this.#reading = true;
    this.#changes.tell();
  }

  #lost(reason: HistoryLoss): void {
    const { route, events, lost } = this.#options;
    events.historyLost(route.name, reason);
    lost(reason);
  }
}

/** Jittered, so that the instances do not all come at once. */
function pauseBefore(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_PAUSE) * (0.75 + Math.random() / 2);
}
