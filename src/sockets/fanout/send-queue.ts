import { Batch } from './batch.ts';
import type { EventPacket } from './event-packet.ts';
import type { Recipient } from './recipient.ts';

/** What waits for one socket that does not read as fast as we write, and for how long. */
export class SendQueue {
  readonly #recipient: Recipient;
  /** The newest packet of each key, for when there is room again. */
  readonly #held = new Map<string, EventPacket>();
  #progress: number | object | undefined;
  #progressAt: number;
  /** Bytes sent in all at `#markedAt`: until the socket has taken them, something waits that is older than that. */
  #mark: number;
  #markedAt: number;
  /** Bytes that were sent when nothing waited. */
  #alone: number;
  /** Kept along: summed up anew for each message, thousands of keys would cost as much as sending. */
  #heldBytes = 0;

  constructor(recipient: Recipient, now: number) {
    this.#recipient = recipient;
    this.#progress = recipient.writer.progress();
    this.#progressAt = now;
    this.#mark = this.#sentInAll();
    this.#markedAt = now;
    this.#alone = this.waiting();
  }

  /** A message that is sent while nothing waits may be as long as it is. */
  allow(bytes: number): void {
    this.#alone = Math.max(this.#alone, bytes);
  }

  /** Most bytes that may wait, where each message beyond the first is held to `most`. */
  allowed(most: number): number {
    return Math.max(most, this.#alone);
  }

  /** Notes what the socket has taken since the last look. */
  look(now: number): void {
    const progress = this.#recipient.writer.progress();
    const moved = progress !== this.#progress;
    this.#progress = progress;
    if (moved) this.#progressAt = now;
    // A polling client takes all that waits at once.
    const reached = typeof progress === 'number' ? progress >= this.#mark : moved;
    if (!reached) return;
    this.#mark = this.#sentInAll();
    this.#markedAt = now;
  }

  /** How long the oldest of what waits has waited, in milliseconds; up to half as old again. */
  age(now: number): number {
    return now - this.#markedAt;
  }

  /** How long the socket has taken nothing. */
  stalledFor(now: number): number {
    return now - this.#progressAt;
  }

  /** Bytes that wait. */
  waiting(): number {
    return this.#recipient.queued() + (this.#recipient.pending?.bytes ?? 0);
  }

  isGone(): boolean {
    return this.#held.size === 0 && this.waiting() === 0;
  }

  holds(key: string): boolean {
    return this.#held.has(key);
  }

  /** Keeps it in place of an older one of the same key; tells whether there was one. */
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

  /** Sends what was held. */
  release(): void {
    const recipient = this.#recipient;
    for (const packet of this.#held.values())
      recipient.pending = recipient.pending?.with(packet) ?? new Batch(packet, undefined);
    this.#held.clear();
    this.#heldBytes = 0;
    recipient.flush();
  }

  #sentInAll(): number {
    return typeof this.#progress === 'number' ? this.#progress + this.#recipient.queued() : 0;
  }
}
