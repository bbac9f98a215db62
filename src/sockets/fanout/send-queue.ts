import { Batch } from './batch.ts';
import type { EventPacket } from './event-packet.ts';
import type { SocketWriter } from './socket-writer.ts';

/** The recipient whose packets are queued. */
interface QueuedRecipient {
  readonly writer: Pick<SocketWriter, 'progress'>;
  queued(): number;
  waiting(): number;
  add(alone: Batch): boolean;
  flush(): void;
}

/** Measures what is queued for a slow client, and for how long; holds the newest packet per key. */
export class SendQueue {
  readonly #recipient: QueuedRecipient;
  /** The newest packet per key, sent when the queue has room. */
  readonly #held = new Map<string, EventPacket>();
  #progress: number | object | undefined;
  #progressAt: number;
  /** Total bytes sent at `#markedAt`: until the client has read them, the queue holds something older. */
  #mark: number;
  #markedAt: number;
  /** Size of the largest packet sent while the queue was empty. */
  #alone: number;
  /** A running sum: adding up thousands of keys per message would cost as much as sending. */
  #heldBytes = 0;

  constructor(recipient: QueuedRecipient, now: number) {
    this.#recipient = recipient;
    this.#progress = recipient.writer.progress();
    this.#progressAt = now;
    this.#mark = this.#sentInAll();
    this.#markedAt = now;
    this.#alone = this.waiting();
  }

  /** Allows a packet of any size that is sent while the queue is empty. */
  allow(bytes: number): void {
    this.#alone = Math.max(this.#alone, bytes);
  }

  /** The limit of queued bytes: `most`, or the size of a larger packet that was sent to an empty queue. */
  allowed(most: number): number {
    return Math.max(most, this.#alone);
  }

  /** Notes the progress of the client since the last check. */
  update(now: number): void {
    const progress = this.#recipient.writer.progress();
    const moved = progress !== this.#progress;
    this.#progress = progress;
    if (moved) this.#progressAt = now;
    // A polling client takes the whole queue with one answer.
    const reached = typeof progress === 'number' ? progress >= this.#mark : moved;
    if (!reached) return;
    this.#mark = this.#sentInAll();
    this.#markedAt = now;
  }

  /** Age of the oldest queued packet in milliseconds, overestimated by up to half. */
  age(now: number): number {
    return now - this.#markedAt;
  }

  /** Milliseconds since the client last read anything. */
  stalledFor(now: number): number {
    return now - this.#progressAt;
  }

  /** Queued bytes. */
  waiting(): number {
    return this.#recipient.waiting();
  }

  isEmpty(): boolean {
    return this.#held.size === 0 && this.waiting() === 0;
  }

  holds(key: string): boolean {
    return this.#held.has(key);
  }

  /** Holds a packet in place of an older one of the same key; returns whether there was one. */
  hold(key: string, packet: EventPacket): boolean {
    const before = this.#held.get(key);
    this.#held.delete(key);
    this.#held.set(key, packet);
    this.#heldBytes += packet.frame.length - (before?.frame.length ?? 0);
    return before !== undefined;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Sends the held packets. */
  release(): void {
    const recipient = this.#recipient;
    for (const packet of this.#held.values()) recipient.add(new Batch(packet, undefined));
    this.#held.clear();
    this.#heldBytes = 0;
    recipient.flush();
  }

  #sentInAll(): number {
    return typeof this.#progress === 'number' ? this.#progress + this.#recipient.queued() : 0;
  }
}
