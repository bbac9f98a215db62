export interface Pingable {
  ping(): void;
  /** Called when the pong does not arrive in time. */
  onTimeout(): void;
}

export interface HeartbeatTimes {
  /** Milliseconds from a pong to the next ping. */
  readonly pingInterval: number;
  /** Milliseconds within which the pong must arrive. */
  readonly pingTimeout: number;
}

/** Sessions due within so many milliseconds are handled together. */
const COARSEST_LOOK_MS = 500;

/** Runs the heartbeats of all sessions with one timer instead of two per session. */
export class Heartbeat {
  readonly #times: HeartbeatTimes;
  /** Times of the next pings; all wait equally long, so the first in the map is due first. */
  readonly #quiet = new Map<Pingable, number>();
  /** Deadlines of the pongs, in the same order. */
  readonly #asked = new Map<Pingable, number>();
  readonly #extended = new WeakSet<Pingable>();
  #timer: NodeJS.Timeout | undefined;

  constructor(times: HeartbeatTimes) {
    this.#times = times;
  }

  begin(session: Pingable): void {
    this.#quiet.set(session, performance.now() + this.#times.pingInterval);
    const { pingInterval, pingTimeout } = this.#times;
    const look = Math.min(COARSEST_LOOK_MS, pingInterval / 20, pingTimeout / 10);
    this.#timer ??= setInterval(() => this.#look(performance.now()), look).unref();
  }

  pong(session: Pingable): void {
    this.end(session);
    this.begin(session);
  }

  /** Another packet arrived: it extends the deadline once, because the pong may follow a long message. */
  activity(session: Pingable): void {
    if (!this.#asked.has(session) || this.#extended.has(session)) return;
    this.#extended.add(session);
    this.#await(session);
  }

  end(session: Pingable): void {
    this.#quiet.delete(session);
    this.#asked.delete(session);
    this.#extended.delete(session);
    if (this.#quiet.size + this.#asked.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #await(session: Pingable): void {
    this.#asked.delete(session);
    this.#asked.set(session, performance.now() + this.#times.pingTimeout);
  }

  #look(now: number): void {
    for (const [session, due] of this.#asked) {
      if (due > now) break;
      this.end(session);
      session.onTimeout();
    }
    for (const [session, due] of this.#quiet) {
      if (due > now) break;
      this.#quiet.delete(session);
      this.#await(session);
      session.ping();
    }
  }
}
