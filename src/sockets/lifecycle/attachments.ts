import type { PacketAnswer } from '../servers/first-packet.ts';
import type { Session } from '../servers/socket-server.ts';

export interface AttachmentEvents {
  /** A client sent an event with bytes in it, which the gateway has no use for. */
  binaryEvent(): void;
  /** Bytes that belong to such an event were let go of. */
  attachmentDiscarded(): void;
}

/** Of a BINARY_EVENT or BINARY_ACK in the main namespace: how many attachments follow it, and the id of its callback. */
const HEADER = /^([56])(\d{1,2})-(\d{0,20})\[/;
const BINARY_EVENT = '5';
const BINARY_ACK = '6';

/** As many as Socket.IO's own parser takes. */
const MOST = 10;

/**
 * Binary events are never put together: nine tenths of one, and then nothing, held 0.6 MB of each connection for as long as it
 * stayed. What is kept of a session is how many attachments it has announced.
 */
export class Attachments {
  readonly #awaited = new WeakMap<Session, number>();
  readonly #events: AttachmentEvents;

  constructor(events: AttachmentEvents) {
    this.#events = events;
  }

  /**
   * Judges a packet of a client that was let in.
   *
   * @returns nothing where it is for the parser, which ends sessions for bytes that were not announced.
   */
  judge(session: Session, message: string | Buffer): PacketAnswer | undefined {
    const awaited = this.#awaited.get(session) ?? 0;
    if (typeof message !== 'string') return awaited > 0 ? this.#discard(session, awaited - 1) : undefined;
    if (awaited > 0) return { ends: true };
    if (!message.startsWith(BINARY_EVENT) && !message.startsWith(BINARY_ACK)) return undefined;
    return this.#announced(session, message);
  }

  #announced(session: Session, message: string): PacketAnswer {
    const [, type, announced, id] = HEADER.exec(message) ?? [];
    const count = Number(announced);
    if (!(count >= 1 && count <= MOST)) return { ends: true };
    this.#awaited.set(session, count);
    if (type !== BINARY_EVENT) return { ends: false };
    this.#events.binaryEvent();
    return id ? { answer: `3${id}[${INVALID}]`, ends: false } : { ends: false };
  }

  #discard(session: Session, awaited: number): PacketAnswer {
    if (awaited > 0) this.#awaited.set(session, awaited);
    else this.#awaited.delete(session);
    this.#events.attachmentDiscarded();
    return { ends: false };
  }
}

const INVALID = JSON.stringify({ ok: false, code: 'invalid', retry: false });
