import type { Batch } from '../../fanout/batch.ts';
import { unverifiedForSocketIo } from '../library-versions.ts';
import type { SocketWriter, Sender } from '../../fanout/socket-writer.ts';
import { bytesTaken, bytesWaiting } from '../tcp.ts';
import {
  bytesHeldBack,
  terminator,
  isEngineSession,
  isNextInLine,
  isWebSocketElsewhere,
  rawWebSocketOf,
  writeTogether,
  type EngineSession,
  type RawWebSocket,
} from './engine-internals.ts';

export interface EngineIoWriterEvents {
  /** An assumption of direct writes does not hold: the documented way is used from here on. */
  directWritesOff(found: string): void;
}

/**
 * @param direct false: always use the documented way of Engine.IO; for comparison.
 * @returns a function that creates the writer of a session.
 */
export function createEngineIoWriters(events: EngineIoWriterEvents, direct = true): (session: unknown) => SocketWriter {
  const unknown = direct ? unverifiedForSocketIo() : [];
  let isDirect = direct;
  const giveUpDirect = (found: string): void => {
    isDirect = false;
    events.directWritesOff(found);
  };
  if (unknown.length > 0) giveUpDirect(unknown.join(', '));
  return (session) => {
    if (!isEngineSession(session)) throw new TypeError('not a known Engine.IO session');
    if (isDirect && isWebSocketElsewhere(session)) giveUpDirect('a websocket session without its TCP socket');
    return new EngineIoWriter(session, isDirect);
  };
}

/** Writes to an Engine.IO session: polling, websocket, or first one and then the other. */
export class EngineIoWriter implements SocketWriter {
  readonly #session: EngineSession;
  readonly #direct: boolean;
  #raw: RawWebSocket | undefined;
  #sender: Sender | undefined;

  /** @param direct write to the TCP socket where possible. */
  constructor(session: EngineSession, direct: boolean) {
    this.#session = session;
    this.#direct = direct;
  }

  get readyState(): string {
    return this.#session.readyState;
  }

  send(batch: Batch): void {
    const raw = this.#rawIfNext();
    if (raw) raw.tcp.write(batch.joined());
    else
      writeTogether(
        this.#session,
        batch.packets().map(({ text }) => text),
      );
  }

  queued(): number {
    const tcp = this.#raw?.tcp;
    return (tcp === undefined ? 0 : bytesWaiting(tcp)) + bytesHeldBack(this.#session);
  }

  progress(): number | object | undefined {
    const tcp = this.#raw?.tcp;
    return tcp === undefined ? this.#session.writeBuffer?.[0] : bytesTaken(tcp);
  }

  attach(sender: Sender): void {
    if (this.#sender === undefined) this.#session.on('packetCreate', this.#notifySender);
    this.#sender = sender;
  }

  terminator(): () => void {
    return terminator(this.#session);
  }

  readonly #notifySender = (): void => this.#sender?.beforeControlPacket();

  #rawIfNext(): RawWebSocket | undefined {
    if (!this.#direct) return undefined;
    if (this.#raw !== undefined && isNextInLine(this.#session, this.#raw)) return this.#raw;
    // Polling, or a websocket only since an upgrade.
    this.#raw = rawWebSocketOf(this.#session);
    return this.#raw !== undefined && isNextInLine(this.#session, this.#raw) ? this.#raw : undefined;
  }
}
