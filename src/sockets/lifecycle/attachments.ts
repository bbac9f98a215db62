import type { PacketAnswer } from '../servers/first-packet.ts';
import { endedBy, packetMalformed } from '../servers/later-packet.ts';
import type { Session } from '../servers/socket-server.ts';

export interface AttachmentEvents {
  /** A client sent a binary event, which the gateway discards. */
  binaryEvent(): void;
  /** An attachment of such an event was discarded. */
  attachmentDiscarded(): void;
}

/**
 * Number of attachments and callback id of a BINARY_EVENT or BINARY_ACK in the main namespace. Socket.IO's own parser allows
 * ten attachments, and would end a page that sends eleven files at each of its reconnects.
 */
const HEADER = /^([56])(\d{1,4})-(?:\/,)?(\d{0,20})\[/;
const BINARY_EVENT = '5';
const BINARY_ACK = '6';

const UNANNOUNCED = packetMalformed('a client sent bytes that no event announced');
const TEXT_WITHIN = packetMalformed('a client sent text in place of the attachments of its binary event');
const BAD_HEADER = packetMalformed('a client sent a binary event without a count of attachments from 1 to 9999');

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
   * @returns undefined where it is not part of a binary event.
   */
  answerTo(session: Session, message: string | Buffer): PacketAnswer | undefined {
    const awaited = this.#awaited.get(session) ?? 0;
    if (typeof message !== 'string') return awaited > 0 ? this.#discard(session, awaited - 1) : endedBy(UNANNOUNCED);
    if (awaited > 0) return endedBy(TEXT_WITHIN);
    if (!message.startsWith(BINARY_EVENT) && !message.startsWith(BINARY_ACK)) return undefined;
    return this.#announced(session, message);
  }

  #announced(session: Session, message: string): PacketAnswer {
    const [, type, announced, id] = HEADER.exec(message) ?? [];
    const count = Number(announced);
    if (!(count >= 1)) return endedBy(BAD_HEADER);
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
