import type { Batch } from './batch.ts';
import type { SendQueue } from './send-queue.ts';
import type { SocketWriter, Sender } from './socket-writer.ts';

/** What a client asked to be told beside the payload. */
export interface RecipientOptions {
  /** Positions in durable routes. */
  readonly resumable: boolean;
  /** The trace context of what it gets. */
  readonly traced: boolean;
}

/** What goes out to one socket. */
export class Recipient implements Sender {
  readonly writer: SocketWriter;
  /** What waits for the end of this tick, or for its turn in a long fan-out. */
  pending: Batch | undefined;
  /** Whether it goes ahead of a long fan-out. */
  urgent = false;
  /** Only of a socket that does not read as fast as we write. */
  sendQueue: SendQueue | undefined;
  /** Durable routes whose live events are not for it yet: it is still being given what it missed. */
  held: Set<string> | undefined;
  readonly resumable: boolean;
  readonly traced: boolean;
  readonly #waits: (recipient: Recipient) => void;

  /** @param waits told when the protocol sends something while what was sent before still waits. */
  constructor(writer: SocketWriter, { resumable, traced }: RecipientOptions, waits: (recipient: Recipient) => void) {
    this.writer = writer;
    this.resumable = resumable;
    this.traced = traced;
    this.#waits = waits;
    writer.attach(this);
  }

  /** Clients that read nothing ask for answers, too. */
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

  /** Bytes that were sent and that the kernel has not taken, about. */
  queued(): number {
    return this.writer.queued();
  }
}
