import type { Session } from '../servers/socket-server.ts';

const LOOK_MS = 500;

/**
 * Ends sessions whose client is not accepted in time. Socket.IO's own `connectTimeout` waits another half minute for a
 * polling client to fetch its disconnect.
 */
export class HandshakeTimeout {
  readonly #milliseconds: number;
  readonly #exceeded: (session: Session, hasAsked: boolean) => void;
  /** Oldest first. */
  readonly #waiting = new Map<Session, number>();
  readonly #asked = new WeakSet<Session>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param milliseconds 0 means no limit.
   * @param exceeded `hasAsked` says whether a CONNECT arrived.
   */
  constructor(milliseconds: number, exceeded: (session: Session, hasAsked: boolean) => void) {
    this.#milliseconds = milliseconds;
    this.#exceeded = exceeded;
  }

  opened(session: Session): void {
    if (this.#milliseconds === 0) return;
    this.#waiting.set(session, performance.now());
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** The CONNECT of the session arrived. */
  asked(session: Session): void {
    if (this.#waiting.has(session)) this.#asked.add(session);
  }

  /** The client is accepted, or the session is closed. */
  settled(session: Session): void {
    this.#waiting.delete(session);
  }

  #look(): void {
    const late = performance.now() - this.#milliseconds;
    for (const [session, since] of this.#waiting) {
      if (since > late) return;
      this.#waiting.delete(session);
      if (session.readyState !== 'open') continue;
      this.#exceeded(session, this.#asked.has(session));
      session.close(true);
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
