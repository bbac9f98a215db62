import type { Batch } from './batch.ts';
import type { SendQueue } from './send-queue.ts';
import type { SocketWriter, Sender } from './socket-writer.ts';

/** What a client receives in addition to payloads. */
export interface RecipientOptions {
  /** Whether it receives positions in durable routes. */
  readonly resumable: boolean;
  /** Whether it receives the trace context of events. */
  readonly traced: boolean;
}

/** A client in the fan-out: its writer and its pending packets. */
export class Recipient implements Sender {
  readonly writer: SocketWriter;
  /** Packets that are written at the end of the tick, or in a later turn of a long fan-out. */
  pending: Batch | undefined;
  /** Whether a short fan-out writes it before the rest of a long one. */
  urgent = false;
  /** Present while the client reads more slowly than events are sent. */
  sendQueue: SendQueue | undefined;
  /** Durable routes whose live events are withheld until the replay is complete. */
  held: Set<string> | undefined;
  readonly resumable: boolean;
  readonly traced: boolean;
  readonly #waits: (recipient: Recipient) => void;

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

  flush(): void {
    const batch = this.pending;
    if (batch === undefined) return;
    this.pending = undefined;
    this.urgent = false;
    this.writer.send(batch);
  }

  /** Approximate bytes that were sent and that the kernel has not taken. */
  queued(): number {
    return this.writer.queued();
  }
}
