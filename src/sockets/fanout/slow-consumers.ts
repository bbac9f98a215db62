import { SendQueue } from './send-queue.ts';
import type { EventPacket } from './event-packet.ts';
import type { Recipient } from './recipient.ts';

/** Why a slow client was cut: too much waits for it, what waits is too old, or it takes nothing at all. */
export const CUT_CAUSES = ['bytes', 'age', 'stalled'] as const;
export type CutCause = (typeof CUT_CAUSES)[number];

export interface SlowConsumerEvents {
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
export class SlowConsumers {
  readonly #limits: QueueLimits;
  readonly #events: SlowConsumerEvents;
  readonly #watched = new Set<Recipient>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: QueueLimits, events: SlowConsumerEvents) {
    this.#limits = limits;
    this.#events = events;
  }

  /** Something was sent that the kernel did not take. */
  watch(recipient: Recipient): void {
    if (recipient.sendQueue !== undefined) return;
    recipient.sendQueue = new SendQueue(recipient, performance.now());
    this.#watched.add(recipient);
    this.#timer ??= setInterval(() => this.#look(performance.now()), LOOK_MS).unref();
  }

  /** Whether a packet may be sent to a socket with a backlog; else it is kept for later, or the socket is cut off. */
  admit(recipient: Recipient, sendQueue: SendQueue, packet: EventPacket): boolean {
    // Cut off already, and not gone yet.
    if (!this.#watched.has(recipient)) return false;
    const { maxBytes, maxAge } = this.#limits;
    const waiting = sendQueue.waiting();
    const key = packet.latestKey;
    // Half of the room is for what is kept for later.
    const room = key === undefined ? maxBytes : maxBytes / 2;
    // One message alone is never too much.
    if (waiting === 0) sendQueue.allow(packet.frame.length);
    const tooMuch = waiting > 0 && waiting + packet.frame.length > room;
    const tooOld = sendQueue.age(performance.now()) > maxAge;
    if (key !== undefined && (tooMuch || tooOld || sendQueue.holds(key)))
      return this.#hold(recipient, sendQueue, key, packet);
    if (tooMuch) return this.#cut(recipient, 'bytes');
    return tooOld ? this.#cut(recipient, 'age') : true;
  }

  /** Bytes that wait for clients. */
  queuedBytes(): number {
    let bytes = 0;
    for (const recipient of this.#watched) bytes += recipient.queued() + (recipient.sendQueue?.heldBytes ?? 0);
    return bytes;
  }

  #hold(recipient: Recipient, sendQueue: SendQueue, key: string, packet: EventPacket): false {
    if (sendQueue.hold(key, packet)) this.#events.superseded();
    return sendQueue.heldBytes > this.#limits.maxBytes / 2 ? this.#cut(recipient, 'bytes') : false;
  }

  #cut(recipient: Recipient, cause: CutCause): false {
    this.#forget(recipient);
    recipient.pending = undefined;
    this.#events.cut(cause);
    recipient.writer.terminator()();
    return false;
  }

  #look(now: number): void {
    for (const recipient of this.#watched) if (recipient.sendQueue) this.#lookAt(recipient, recipient.sendQueue, now);
  }

  #lookAt(recipient: Recipient, sendQueue: SendQueue, now: number): void {
    const { maxBytes, maxAge } = this.#limits;
    sendQueue.look(now);
    const waiting = sendQueue.waiting();
    if (recipient.writer.readyState !== 'open') this.#forget(recipient);
    else if (sendQueue.isGone()) {
      this.#forget(recipient);
      recipient.sendQueue = undefined;
    } else if (waiting > sendQueue.allowed(maxBytes)) this.#cut(recipient, 'bytes');
    else if (waiting > 0 && sendQueue.stalledFor(now) > maxAge) this.#cut(recipient, 'stalled');
    else if (waiting <= maxBytes / 2 && sendQueue.age(now) <= maxAge) sendQueue.release();
  }

  #forget(recipient: Recipient): void {
    this.#watched.delete(recipient);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
