import type { Batch } from './batch.ts';
import { SendQueue } from './send-queue.ts';
import type { SocketWriter, Sender } from './socket-writer.ts';

/** What a client receives in addition to payloads. */
export interface RecipientOptions {
  /** Whether it receives positions in durable routes. */
  readonly resumable: boolean;
  /** Whether it receives the trace context of events. */
  readonly traced: boolean;
}

/** A client in the fan-out: its writer, its pending packets, and its queue while it is slow. */
export class Recipient implements Sender {
  readonly writer: SocketWriter;
  readonly resumable: boolean;
  readonly traced: boolean;
  readonly #waits: (recipient: Recipient) => void;
  #pending: Batch | undefined;
  #isUrgent = false;
  #sendQueue: SendQueue | undefined;
  #withheld: Set<string> | undefined;

  /** @param waits called when the protocol sends a packet while earlier bytes are still queued. */
  constructor(writer: SocketWriter, { resumable, traced }: RecipientOptions, waits: (recipient: Recipient) => void) {
    this.writer = writer;
    this.resumable = resumable;
    this.traced = traced;
    this.#waits = waits;
    writer.attach(this);
  }

  /** Control packets count too: clients that read nothing may request answers. */
  beforeControlPacket(): void {
    this.flush();
    if (this.writer.queued() > 0) this.#waits(this);
  }

  /** Whether packets wait for the end of the tick, or for a later turn of a long fan-out. */
  get hasPending(): boolean {
    return this.#pending !== undefined;
  }

  /** Adds a packet to the pending ones. @returns false where it is pending already: the recipient is in several rooms. */
  add(alone: Batch): boolean {
    if (this.#pending?.newest === alone.newest) return false;
    this.#pending = this.#pending?.with(alone.newest) ?? alone;
    return true;
  }

  /** Marks the pending packets as those of a short fan-out. @returns false where they are marked already. */
  markUrgent(): boolean {
    if (this.#isUrgent) return false;
    this.#isUrgent = true;
    return true;
  }

  /** Writes the pending packets. */
  flush(): void {
    const batch = this.#pending;
    if (batch === undefined) return;
    this.#pending = undefined;
    this.#isUrgent = false;
    this.writer.send(batch);
  }

  /** Drops the pending packets and terminates the connection. */
  terminate(): void {
    this.#pending = undefined;
    this.writer.terminator()();
  }

  /** Approximate bytes that were sent and that the kernel has not taken. */
  queued(): number {
    return this.writer.queued();
  }

  /** Bytes that were sent or are pending, and that the kernel has not taken. */
  waiting(): number {
    return this.writer.queued() + (this.#pending?.bytes ?? 0);
  }

  /** Present while the client reads more slowly than events are sent. */
  get sendQueue(): SendQueue | undefined {
    return this.#sendQueue;
  }

  /** Starts to measure the queue of a slow client. @returns false where it is measured already. */
  startQueue(now: number): boolean {
    if (this.#sendQueue !== undefined) return false;
    this.#sendQueue = new SendQueue(this, now);
    return true;
  }

  endQueue(): void {
    this.#sendQueue = undefined;
  }

  /** Withholds live events of a durable route until its replay is complete. */
  withhold(route: string): void {
    this.#withheld ??= new Set();
    this.#withheld.add(route);
  }

  release(route: string): void {
    this.#withheld?.delete(route);
    if (this.#withheld?.size === 0) this.#withheld = undefined;
  }

  isWithheld(route: string): boolean {
    return this.#withheld?.has(route) === true;
  }
}
