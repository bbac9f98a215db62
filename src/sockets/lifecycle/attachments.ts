import type { PacketAnswer } from '../servers/first-packet.ts';
import type { Session } from '../servers/socket-server.ts';

export interface AttachmentEvents {
  /** A client sent a binary event, which the gateway discards. */
  binaryEvent(): void;
  /** An attachment of such an event was discarded. */
  attachmentDiscarded(): void;
}

/** Number of attachments and callback id of a BINARY_EVENT or BINARY_ACK in the main namespace. */
const HEADER = /^([56])(\d{1,2})-(\d{0,20})\[/;
const BINARY_EVENT = '5';
const BINARY_ACK = '6';

/** The limit of Socket.IO's own parser. */
const MOST = 10;

/**
 * Discards binary events without assembling them: an incomplete one held 0.6 MB per connection for as long as it was open.
 * Only the number of announced attachments is kept per session.
 */
export class Attachments {
  readonly #awaited = new WeakMap<Session, number>();
  readonly #events: AttachmentEvents;

  constructor(events: AttachmentEvents) {
    this.#events = events;
  }

  /**
   * Checks a packet of an accepted client.
   *
   * @returns undefined where the parser handles it; the parser ends sessions for attachments that were not announced.
   */
  answerTo(session: Session, message: string | Buffer): PacketAnswer | undefined {
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
