import { isDurable, type DurableRoute } from '../dispatch/stream.ts';
import type { Plan } from '../routes/plan.ts';
import { resume, NOT_READY, sendReset, type Resumed } from './resume.ts';
import type { Client } from './client.ts';
import { readPosition, type Position } from './position.ts';
import { HeldClients } from './held-clients.ts';
import { createQuota } from './quota.ts';
import type { ResumePoint, Reader, ReaderEvents } from './reader.ts';
import { startStream, type StreamRuntime, type StreamRuntimeParts } from './stream-runtime.ts';
import { ReplayAborted } from './replay.ts';
import type { HistoryLoss } from './reset-reasons.ts';
import { Refused } from './store.ts';

export interface DurableEvents extends ReaderEvents {
  /** A client is live, after what it missed, or after it was told that it must load its state anew. */
  arrived(route: string, arrival: Resumed, seconds: number): void;
  /** Redis did not answer while a client was given what it missed; it goes on from there. */
  replayFailed(route: string, error: unknown): void;
}

type Claims = Readonly<Record<string, unknown>>;

export interface DurableOptions extends Pick<StreamRuntimeParts, 'open' | 'dispatch' | 'calmBytes'> {
  readonly events: DurableEvents;
}

/** What is read off of one route. */
export interface StreamReading {
  readonly route: string;
  readonly ringBytes: number;
  readonly lagSeconds: number;
  /** Clients that wait for a replay from Redis. */
  readonly waiting: number;
}

/** The durable routes of the plan in force, and the clients on them. */
export interface Durable {
  /** Reads the streams of this plan from here on: where a route has changed, from where it was. */
  runPlan(plan: Plan): void;
  /**
   * Of what a stranger says, the positions on routes that are read here, copied; `null` stands for one that is none. Nothing
   * of what else it says is kept.
   */
  claimsIn(resume: Readonly<Record<string, unknown>>): Readonly<Record<string, Position | null>>;
  /**
   * Gives a client what it missed, and lets it go live on each route.
   *
   * @param lastPositions positions by route, as a stranger says them; nothing for a client that did not ask for positions.
   * @param hold sends nothing of durable routes before the client is ready; without claims it has no meaning.
   */
  clientJoined(client: Client, lastPositions: Claims | undefined, hold: boolean): void;
  /** The client has its listeners. Without effect where it is not held, or no longer. */
  ready(client: Client): void;
  clientLeft(client: Client): void;
  /** Routes whose streams are not read just now. */
  unread(): string[];
  readings(): StreamReading[];
  stop(): void;
}

/** Entries that Redis is asked for, of one user: a client that comes and goes without end costs the others. */
const READS = { burst: 60_000, perSecond: 2000 };

/** How often a part of a stream is asked for while the stream can be read. */
const ATTEMPTS = 3;

export class DurableRoutes implements Durable {
  readonly #options: DurableOptions;
  readonly #readings = new Map<string, StreamRuntime>();
  /** Those that asked for positions. */
  readonly #resumable = new Set<Client>();
  readonly #held = new HeldClients();
  readonly #quota = createQuota(READS);

  constructor(options: DurableOptions) {
    this.#options = options;
  }

  runPlan(plan: Plan): void {
    const wanted = new Map(plan.routes.filter(isDurable).map((route) => [route.name, route]));
    const before = [...this.#readings.keys()];
    for (const [name, { route, place, stop }] of this.#readings) {
      const now = wanted.get(name);
      if (now?.stream.fingerprint === route.stream.fingerprint) continue;
      stop();
      if (now) this.#readings.set(name, this.#start(now, placeFor(now, route, place.reader.resumePoint)));
      else this.#readings.delete(name);
    }
    for (const [name, route] of wanted)
      if (!this.#readings.has(name)) this.#readings.set(name, this.#start(route, undefined));
    const routes = [...wanted.values()].filter(({ shadow }) => !shadow).map(({ name }) => name);
    this.#held.follow(
      routes,
      before.filter((name) => !routes.includes(name)),
    );
  }

  claimsIn(resume: Readonly<Record<string, unknown>>): Readonly<Record<string, Position | null>> {
    const said = [...this.#readings.keys()].filter((name) => Object.hasOwn(resume, name) && resume[name] !== undefined);
    return Object.fromEntries(said.map((name) => [name, readPosition(resume[name]) ?? null]));
  }

  clientJoined(client: Client, lastPositions: Claims | undefined, hold: boolean): void {
    if (client.resumable) this.#resumable.add(client);
    if (hold && lastPositions !== undefined) {
      this.#held.add(client, lastPositions, () => this.#bringAll(client, () => NOT_READY));
      for (const [name, { route }] of this.#readings) if (!route.shadow) client.hold(name);
    } else this.#bringAll(client, claimsOf(lastPositions));
  }

  ready(client: Client): void {
    const lastPositions = this.#held.take(client);
    if (lastPositions !== undefined) this.#bringAll(client, claimsOf(lastPositions));
  }

  clientLeft(client: Client): void {
    this.#resumable.delete(client);
    this.#held.take(client);
  }

  unread(): string[] {
    return [...this.#readings].flatMap(([name, { place }]) => (place.reader.reading ? [] : [name]));
  }

  readings(): StreamReading[] {
    return Array.from(this.#readings, ([route, { place }]) => ({
      route,
      ringBytes: place.reader.history.ring.bytes,
      lagSeconds: place.reader.lag,
      waiting: place.semaphore.waiting(),
    }));
  }

  stop(): void {
    for (const { stop } of this.#readings.values()) stop();
    this.#readings.clear();
    this.#held.clear();
  }

  #start(route: DurableRoute, from: ResumePoint | undefined): StreamRuntime {
    return startStream(route, from, {
      ...this.#options,
      resumable: this.#resumable,
      lost: (reader, reason) => this.#reportLoss(reader, reason),
      quota: this.#quota,
    });
  }

  /** Who is still being brought up to date finds out by itself. */
  #reportLoss(reader: Reader, reason: HistoryLoss): void {
    const { name, shadow } = reader.history.route;
    if (shadow) return;
    for (const client of this.#resumable) if (!client.isHeld(name)) sendReset(reader, client, reason);
  }

  #bringAll(client: Client, claimOn: (route: string) => unknown): void {
    for (const [name, { route }] of this.#readings) {
      if (route.shadow || (!client.resumable && route.stream.greeting === 0)) continue;
      client.hold(name);
      void this.#resumeClient(client, name, claimOn(name));
    }
  }

  async #resumeClient(client: Client, name: string, lastPosition: unknown): Promise<void> {
    const { events } = this.#options;
    const began = performance.now();
    let at = lastPosition;
    let failures = 0;
    for (;;) {
      const reading = this.#readings.get(name);
      if (reading === undefined || !client.isOpen()) return client.release(name);
      try {
        const arrival = await resume(reading.place, client, at, (position) => (at = position));
        return events.arrived(name, arrival, (performance.now() - began) / 1000);
      } catch (error) {
        // The reader of a changed route hands over to the next one, which is there already.
        if (error instanceof ReplayAborted) continue;
        events.replayFailed(name, error);
        const { reader } = reading.place;
        // The stream is read, and this part of it is not to be had.
        if (reader.reading) failures += 1;
        if (error instanceof Refused || failures >= ATTEMPTS) {
          const reason = error instanceof Refused ? 'busy' : 'trimmed';
          client.release(name);
          sendReset(reader, client, reason);
          return events.arrived(name, { result: reason, sent: 0 }, (performance.now() - began) / 1000);
        }
        await reader.changed(1000);
      }
    }
  }
}

function claimsOf(lastPositions: Claims | undefined): (route: string) => unknown {
  return (route) => (lastPositions && Object.hasOwn(lastPositions, route) ? lastPositions[route] : undefined);
}

/** A route that reads another stream now begins at its end, and its clients are told. */
function placeFor(now: DurableRoute, before: DurableRoute, place: ResumePoint | undefined): ResumePoint | undefined {
  return now.stream.key === before.stream.key || place === undefined ? place : { e: place.e };
}
