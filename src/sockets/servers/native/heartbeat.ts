export interface Pingable {
  ping(): void;
  /** It did not answer in time. */
  onTimeout(): void;
}

export interface HeartbeatTimes {
  /** In milliseconds: from a client's answer until it is asked again. */
  readonly pingInterval: number;
  /** In milliseconds: for the answer. */
  readonly pingTimeout: number;
}

/** Sessions whose turn has come within so many milliseconds are served together. */
const COARSEST_LOOK_MS = 500;

/** The heartbeats of all sessions: one timer, in place of two for each of them. */
export class Heartbeat {
  readonly #times: HeartbeatTimes;
  /** When it is to be asked; as all wait for the same time, those whose turn comes first stand first. */
  readonly #quiet = new Map<Pingable, number>();
  /** By when it is to answer; likewise. */
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

  /** Something else came from it: once, that gives it more time, as an answer may stand behind a long message. */
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
