import type { Batch } from './batch.ts';
import type { Backlog } from './backlog.ts';
import type { Line, Sender } from './line.ts';

/** What a client asked to be told beside the payload. */
export interface Wishes {
  /** Positions in durable routes. */
  readonly resumable: boolean;
  /** The trace context of what it gets. */
  readonly traced: boolean;
}

/** What goes out to one socket. */
export class Outlet implements Sender {
  readonly line: Line;
  /** What waits for the end of this tick, or for its turn in a long fan-out. */
  pending: Batch | undefined;
  /** Whether it goes ahead of a long fan-out. */
  urgent = false;
  /** Only of a socket that does not read as fast as we write. */
  backlog: Backlog | undefined;
  /** Durable routes whose live events are not for it yet: it is still being given what it missed. */
  held: Set<string> | undefined;
  readonly resumable: boolean;
  readonly traced: boolean;
  readonly #waits: (outlet: Outlet) => void;

  /** @param waits told when the protocol sends something while what was sent before still waits. */
  constructor(line: Line, { resumable, traced }: Wishes, waits: (outlet: Outlet) => void) {
    this.line = line;
    this.resumable = resumable;
    this.traced = traced;
    this.#waits = waits;
    line.follow(this);
  }

  /** Clients that read nothing ask for answers, too. */
  beforeOthers(): void {
    this.flush();
    if (this.line.queued() > 0) this.#waits(this);
  }

  flush(): void {
    const batch = this.pending;
    if (batch === undefined) return;
    this.pending = undefined;
    this.urgent = false;
    this.line.send(batch);
  }

  /** Bytes that were sent and that the kernel has not taken, about. */
  queued(): number {
    return this.line.queued();
  }
}
