import type { SendQueue } from './send-queue.ts';
import type { EventPacket } from './event-packet.ts';
import type { Recipient } from './recipient.ts';

/** Why a slow client is disconnected: too many bytes are queued, the queue is too old, or the client reads nothing. */
export const CUT_CAUSES = ['bytes', 'age', 'stalled'] as const;
export type CutCause = (typeof CUT_CAUSES)[number];

export interface SlowConsumerEvents {
  /** A client was disconnected; a stock one reconnects. */
  cut(cause: CutCause): void;
  /** A newer event replaced one that was queued for a slow client. */
  superseded(): void;
}

export interface QueueLimits {
  /** Bytes that may be queued for one socket. */
  readonly maxBytes: number;
  /** How long they may be queued, in milliseconds. */
  readonly maxAge: number;
}

const CHECK_MS = 500;

/**
 * Bounds the queue of each socket, independent of heartbeats: a client that answers pings and reads nothing would be kept
 * forever, and its queue with it.
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

  /** Starts to watch a recipient: the kernel did not take all that was sent. */
  watch(recipient: Recipient): void {
    if (!recipient.startQueue(performance.now())) return;
    this.#watched.add(recipient);
    this.#timer ??= setInterval(() => this.#checkAll(performance.now()), CHECK_MS).unref();
  }

  /** Whether a packet may be sent to a slow consumer; otherwise it is held, or the consumer is disconnected. */
  admit(recipient: Recipient, sendQueue: SendQueue, packet: EventPacket): boolean {
    // Disconnected already, and not closed yet.
    if (!this.#watched.has(recipient)) return false;
    const { maxBytes, maxAge } = this.#limits;
    const waiting = sendQueue.waiting();
    const key = packet.latestKey;
    // Half of the limit is reserved for held packets.
    const room = key === undefined ? maxBytes : maxBytes / 2;
    // A single message is never too large.
    if (waiting === 0) sendQueue.allow(packet.frame.length);
    const tooMuch = waiting > 0 && waiting + packet.frame.length > room;
    const tooOld = sendQueue.age(performance.now()) > maxAge;
    if (key !== undefined && (tooMuch || tooOld || sendQueue.holds(key)))
      return this.#hold(recipient, sendQueue, key, packet);
    if (tooMuch) return this.#cut(recipient, 'bytes');
    return tooOld ? this.#cut(recipient, 'age') : true;
  }

  /** Bytes queued for clients. */
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
    this.#events.cut(cause);
    recipient.terminate();
    return false;
  }

  #checkAll(now: number): void {
    for (const recipient of this.#watched) if (recipient.sendQueue) this.#check(recipient, recipient.sendQueue, now);
  }

  #check(recipient: Recipient, sendQueue: SendQueue, now: number): void {
    const { maxBytes, maxAge } = this.#limits;
    sendQueue.update(now);
    const waiting = sendQueue.waiting();
    if (recipient.writer.readyState !== 'open') this.#forget(recipient);
    else if (sendQueue.isEmpty()) {
      this.#forget(recipient);
      recipient.endQueue();
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
