import type { Batch } from './batch.ts';
import type { Backlog } from './backlog.ts';
import {
  bytesHeldBack,
  isNextInLine,
  rawWebSocketOf,
  type EngineSession,
  type RawWebSocket,
} from './engine-internals.ts';

/** What a client asked to be told beside the payload. */
export interface Wishes {
  /** Positions in durable routes. */
  readonly resumable: boolean;
  /** The trace context of what it gets. */
  readonly traced: boolean;
}

/** The way out to one socket. */
export class Outlet {
  readonly session: EngineSession;
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
  readonly #direct: boolean;
  readonly #waits: (outlet: Outlet) => void;
  #raw: RawWebSocket | undefined;

  /**
   * @param direct write to the TCP socket where that is possible.
   * @param waits told when the library sends something while what was sent before still waits.
   */
  constructor(session: EngineSession, direct: boolean, { resumable, traced }: Wishes, waits: (outlet: Outlet) => void) {
    this.session = session;
    this.resumable = resumable;
    this.traced = traced;
    this.#direct = direct;
    this.#waits = waits;
    session.on('packetCreate', this.#beforeOthers);
  }

  /** Nothing more is sent, and what is pending goes out. */
  close(): void {
    this.flush();
    this.session.off('packetCreate', this.#beforeOthers);
  }

  /** The library is about to send a packet of its own: an answer, a ping. Clients that read nothing ask for answers, too. */
  readonly #beforeOthers = (): void => {
    this.flush();
    if (this.queued() > 0) this.#waits(this);
  };

  /** Sends what is pending, behind all that was sent before. */
  flush(): void {
    const batch = this.pending;
    if (batch === undefined) return;
    this.pending = undefined;
    this.urgent = false;
    const raw = this.#rawIfNext();
    if (raw) raw.tcp.write(batch.joined());
    else for (const { text } of batch.packets()) this.session.write(text);
  }

  /** Bytes that were sent and that the kernel has not taken, about. */
  queued(): number {
    const tcp = this.#raw?.tcp;
    // What a connection begins with is gathered for one write; the kernel was not asked yet.
    const waiting = tcp === undefined || tcp.writableCorked > 0 ? 0 : tcp.writableLength;
    return waiting + bytesHeldBack(this.session);
  }

  /** Changes when the socket takes something: bytes of a websocket, the packet that is next of a polling client. */
  progress(): number | object | undefined {
    const tcp = this.#raw?.tcp;
    return tcp === undefined ? this.session.writeBuffer?.[0] : tcp.bytesWritten - tcp.writableLength;
  }

  #rawIfNext(): RawWebSocket | undefined {
    if (!this.#direct) return undefined;
    if (this.#raw !== undefined && isNextInLine(this.session, this.#raw)) return this.#raw;
    // Connected by polling, or by a websocket only since an upgrade.
    this.#raw = rawWebSocketOf(this.session);
    return this.#raw !== undefined && isNextInLine(this.session, this.#raw) ? this.#raw : undefined;
  }
}
