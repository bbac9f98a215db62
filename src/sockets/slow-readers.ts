import { Backlog } from './backlog.ts';
import type { EventPacket } from './event-packet.ts';
import type { Outlet } from './outlet.ts';

/** Why a slow client was cut: too much waits for it, what waits is too old, or it takes nothing at all. */
export const CUT_CAUSES = ['bytes', 'age', 'stalled'] as const;
export type CutCause = (typeof CUT_CAUSES)[number];

export interface SlowReaderEvents {
  /** A client was cut off; a stock one connects again. */
  cut(cause: CutCause): void;
  /** A newer message took the place of one that waited for a slow client. */
  superseded(): void;
}

export interface QueueLimits {
  /** Bytes that may wait for one socket. */
  readonly maxBytes: number;
  /** How long they may wait, in milliseconds. */
  readonly maxAge: number;
}

const LOOK_MS = 500;

/**
 * Bounds what waits for each socket, whatever its pings say: a client that answers them and reads nothing would be kept,
 * and its queue with it, for ever.
 */
export class SlowReaders {
  readonly #limits: QueueLimits;
  readonly #events: SlowReaderEvents;
  readonly #watched = new Set<Outlet>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: QueueLimits, events: SlowReaderEvents) {
    this.#limits = limits;
    this.#events = events;
  }

  /** Something was sent that the kernel did not take. */
  watch(outlet: Outlet): void {
    if (outlet.backlog !== undefined) return;
    outlet.backlog = new Backlog(outlet, performance.now());
    this.#watched.add(outlet);
    this.#timer ??= setInterval(() => this.#look(performance.now()), LOOK_MS).unref();
  }

  /** Whether a packet may be sent to a socket with a backlog; else it is kept for later, or the socket is cut off. */
  admit(outlet: Outlet, backlog: Backlog, packet: EventPacket): boolean {
    // Cut off already, and not gone yet.
    if (!this.#watched.has(outlet)) return false;
    const { maxBytes, maxAge } = this.#limits;
    const waiting = backlog.waiting();
    const key = packet.latestKey;
    // Half of the room is for what is kept for later.
    const room = key === undefined ? maxBytes : maxBytes / 2;
    // One message alone is never too much.
    if (waiting === 0) backlog.allow(packet.frame.length);
    const tooMuch = waiting > 0 && waiting + packet.frame.length > room;
    const tooOld = backlog.age(performance.now()) > maxAge;
    if (key !== undefined && (tooMuch || tooOld || backlog.holds(key))) return this.#hold(outlet, backlog, key, packet);
    if (tooMuch) return this.#cut(outlet, 'bytes');
    return tooOld ? this.#cut(outlet, 'age') : true;
  }

  /** Bytes that wait for clients. */
  queuedBytes(): number {
    let bytes = 0;
    for (const outlet of this.#watched) bytes += outlet.queued() + (outlet.backlog?.heldBytes ?? 0);
    return bytes;
  }

  #hold(outlet: Outlet, backlog: Backlog, key: string, packet: EventPacket): false {
    if (backlog.hold(key, packet)) this.#events.superseded();
    return backlog.heldBytes > this.#limits.maxBytes / 2 ? this.#cut(outlet, 'bytes') : false;
  }

  #cut(outlet: Outlet, cause: CutCause): false {
    this.#forget(outlet);
    outlet.pending = undefined;
    this.#events.cut(cause);
    outlet.line.cutOffLater()();
    return false;
  }

  #look(now: number): void {
    for (const outlet of this.#watched) if (outlet.backlog) this.#lookAt(outlet, outlet.backlog, now);
  }

  #lookAt(outlet: Outlet, backlog: Backlog, now: number): void {
    const { maxBytes, maxAge } = this.#limits;
    backlog.look(now);
    const waiting = backlog.waiting();
    if (outlet.line.readyState !== 'open') this.#forget(outlet);
    else if (backlog.isGone()) {
      this.#forget(outlet);
      outlet.backlog = undefined;
    } else if (waiting > backlog.allowed(maxBytes)) this.#cut(outlet, 'bytes');
    else if (waiting > 0 && backlog.stalledFor(now) > maxAge) this.#cut(outlet, 'stalled');
    else if (waiting <= maxBytes / 2 && backlog.age(now) <= maxAge) backlog.release();
  }

  #forget(outlet: Outlet): void {
    this.#watched.delete(outlet);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
