import { isDurable, type DurableRoute } from '../dispatch/entry.ts';
import type { Plan } from '../routes/plan.ts';
import { resume, NOT_READY, sendReset, type Resumed } from './resume.ts';
import type { Client } from './client.ts';
import { readPosition, type Position } from './position.ts';
import { createQuota } from './quota.ts';
import type { ResumePoint, Reader, ReaderEvents } from './reader.ts';
import { startStream, type StreamRuntime, type StreamRuntimeParts } from './stream-runtime.ts';
import { ReplayAborted } from './replay.ts';
import type { HistoryLoss } from './reset-reasons.ts';
import { Refused } from './store.ts';
import { WaitingClients } from './waiting-clients.ts';

export interface DurableEvents extends ReaderEvents {
  /** A client is live: it received what it missed, or a reset. */
  resumed(route: string, result: Resumed, seconds: number): void;
  /** Redis did not answer during a replay; the replay is retried from where it stopped. */
  replayFailed(route: string, error: unknown): void;
}

type LastPositions = Readonly<Record<string, unknown>>;

export interface DurableOptions extends Pick<StreamRuntimeParts, 'open' | 'dispatch' | 'pauseAboveBytes'> {
  readonly events: DurableEvents;
}

/** Figures of one durable route, for metrics. */
export interface StreamReading {
  readonly route: string;
  readonly ringBytes: number;
  readonly lagSeconds: number;
  /** Clients that wait for a replay from Redis. */
  readonly waiting: number;
}

/** The durable routes of the plan in force: reads their streams, and replays missed events to clients. */
export interface Durable {
  /** Reads the streams of this plan from now on; a changed route continues where it was. */
  runPlan(plan: Plan): void;
  /**
   * Copies the positions on known routes out of what an unauthenticated client sent; `null` stands for an invalid one.
   * Nothing else of the input is kept.
   */
  claimsIn(resume: Readonly<Record<string, unknown>>): Readonly<Record<string, Position | null>>;
  /**
   * Sends a client the events that it missed, and lets it go live on each route.
   *
   * @param lastPositions positions by route, as the client sent them; undefined for a client that did not ask for positions.
   * @param hold send no event of durable routes before the client is ready; no effect without `lastPositions`.
   */
  clientJoined(client: Client, lastPositions: LastPositions | undefined, hold: boolean): void;
  /** The client has added its listeners. No effect if it does not wait. */
  ready(client: Client): void;
  clientLeft(client: Client): void;
  /** Routes whose streams cannot be read at the moment. */
  unread(): string[];
  readings(): StreamReading[];
  stop(): void;
}

/** Limits the entries that are read from Redis for one user: endless reconnects of a client would slow down the others. */
const READS = { burst: 60_000, perSecond: 2000 };

/** Attempts of a replay while the stream can be read. */
const ATTEMPTS = 3;

export class DurableRoutes implements Durable {
  readonly #options: DurableOptions;
  readonly #streams = new Map<string, StreamRuntime>();
  /** Clients that asked for positions. */
  readonly #resumable = new Set<Client>();
  readonly #waiting = new WaitingClients();
  readonly #quota = createQuota(READS);

  constructor(options: DurableOptions) {
    this.#options = options;
  }

  runPlan(plan: Plan): void {
    const wanted = new Map(plan.routes.filter(isDurable).map((route) => [route.name, route]));
    const before = [...this.#streams.keys()];
    for (const [name, { route, replay, stop }] of this.#streams) {
      const now = wanted.get(name);
      if (now?.stream.fingerprint === route.stream.fingerprint) continue;
      stop();
      if (now) this.#streams.set(name, this.#start(now, resumePointFor(now, route, replay.reader.resumePoint)));
      else this.#streams.delete(name);
    }
    for (const [name, route] of wanted)
      if (!this.#streams.has(name)) this.#streams.set(name, this.#start(route, undefined));
    const routes = [...wanted.values()].filter(({ shadow }) => !shadow).map(({ name }) => name);
    this.#waiting.updateRoutes(
      routes,
      before.filter((name) => !routes.includes(name)),
    );
  }

  claimsIn(resume: Readonly<Record<string, unknown>>): Readonly<Record<string, Position | null>> {
    const known = [...this.#streams.keys()].filter((name) => Object.hasOwn(resume, name) && resume[name] !== undefined);
    return Object.fromEntries(known.map((name) => [name, readPosition(resume[name]) ?? null]));
  }

  clientJoined(client: Client, lastPositions: LastPositions | undefined, hold: boolean): void {
    if (client.resumable) this.#resumable.add(client);
    if (hold && lastPositions !== undefined) {
      this.#waiting.add(client, lastPositions, () => this.#resumeAll(client, () => NOT_READY));
      for (const [name, { route }] of this.#streams) if (!route.shadow) client.hold(name);
    } else this.#resumeAll(client, positionIn(lastPositions));
  }

  ready(client: Client): void {
    const lastPositions = this.#waiting.take(client);
    if (lastPositions !== undefined) this.#resumeAll(client, positionIn(lastPositions));
  }

  clientLeft(client: Client): void {
    this.#resumable.delete(client);
    this.#waiting.take(client);
  }

  unread(): string[] {
    return [...this.#streams].flatMap(([name, { replay }]) => (replay.reader.reading ? [] : [name]));
  }

  readings(): StreamReading[] {
    return Array.from(this.#streams, ([route, { replay }]) => ({
      route,
      ringBytes: replay.reader.history.ring.bytes,
      lagSeconds: replay.reader.lag,
      waiting: replay.semaphore.waiting(),
    }));
  }

  stop(): void {
    for (const { stop } of this.#streams.values()) stop();
    this.#streams.clear();
    this.#waiting.clear();
  }

  #start(route: DurableRoute, from: ResumePoint | undefined): StreamRuntime {
    return startStream(route, from, {
      ...this.#options,
      resumable: this.#resumable,
      lost: (reader, reason) => this.#reportLoss(reader, reason),
      quota: this.#quota,
    });
  }

  /** Sends a reset to live clients. A replay in progress notices the loss itself. */
  #reportLoss(reader: Reader, reason: HistoryLoss): void {
    const { name, shadow } = reader.history.route;
    if (shadow) return;
    for (const client of this.#resumable) if (!client.isHeld(name)) sendReset(reader, client, reason);
  }

  #resumeAll(client: Client, positionOn: (route: string) => unknown): void {
    for (const [name, { route }] of this.#streams) {
      if (route.shadow || (!client.resumable && route.stream.greeting === 0)) continue;
      client.hold(name);
      void this.#resumeClient(client, name, positionOn(name));
    }
  }

  async #resumeClient(client: Client, name: string, lastPosition: unknown): Promise<void> {
    const { events } = this.#options;
    const began = performance.now();
    let from = lastPosition;
    let failures = 0;
    for (;;) {
      const stream = this.#streams.get(name);
      if (stream === undefined || !client.isOpen()) return client.release(name);
      try {
        const result = await resume(stream.replay, client, from, (position) => (from = position));
        return events.resumed(name, result, (performance.now() - began) / 1000);
      } catch (error) {
        // A changed route has a new reader already.
        if (error instanceof ReplayAborted) continue;
        events.replayFailed(name, error);
        const { reader } = stream.replay;
        // The stream can be read, but this part of it cannot.
        if (reader.reading) failures += 1;
        if (error instanceof Refused || failures >= ATTEMPTS) {
          const reason = error instanceof Refused ? 'busy' : 'trimmed';
          client.release(name);
          sendReset(reader, client, reason);
          return events.resumed(name, { result: reason, sent: 0 }, (performance.now() - began) / 1000);
        }
        await reader.changed(1000);
      }
    }
  }
}

function positionIn(lastPositions: LastPositions | undefined): (route: string) => unknown {
  return (route) => (lastPositions && Object.hasOwn(lastPositions, route) ? lastPositions[route] : undefined);
}

/** A route that now reads another stream begins at its end, and its clients receive a reset. */
function resumePointFor(
  now: DurableRoute,
  before: DurableRoute,
  point: ResumePoint | undefined,
): ResumePoint | undefined {
  return now.stream.key === before.stream.key || point === undefined ? point : { e: point.e };
}
