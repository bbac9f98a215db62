import type { Rejection } from '../../auth/rejection.ts';
import type { ConnectAuthenticator } from '../handshake/authenticate-connect.ts';
import { refusalOfPacket, type PacketAnswer } from '../servers/first-packet.ts';
import { NOT_PARSED, refusalOfLaterPacket } from '../servers/later-packet.ts';
import type { ClientSocket, Session } from '../servers/socket-server.ts';
import { Attachments, type AttachmentEvents } from './attachments.ts';

export interface PacketCheckOptions {
  readonly events: AttachmentEvents;
  readonly connects: Pick<ConnectAuthenticator, 'announce' | 'isAsked'>;
  /** A packet of a session without an accepted client is refused. */
  readonly refusedFirst: (why: Rejection, session: Session) => void;
  readonly refused: (why: Rejection, session: Session) => void;
  /** Closes the connection of an accepted client because of its packet. */
  readonly close: (client: ClientSocket) => void;
}

/** Checks packets before the parser, and reports each that is refused: none ends a session in silence. */
export class PacketCheck {
  readonly #options: PacketCheckOptions;
  readonly #attachments: Attachments;

  constructor(options: PacketCheckOptions) {
    this.#options = options;
    this.#attachments = new Attachments(options.events);
  }

  /** @param client the accepted client of the session, if there is one. */
  answerTo(session: Session, message: string | Buffer, client: ClientSocket | undefined): PacketAnswer | undefined {
    return client === undefined ? this.#beforeEntry(session, message) : this.#afterEntry(client, message);
  }

  /** The parser does not read a packet of an accepted client. */
  notParsed(client: ClientSocket): void {
    this.#options.refused(NOT_PARSED, client.conn);
    this.#options.close(client);
  }

  #beforeEntry(session: Session, message: string | Buffer): PacketAnswer | undefined {
    const { connects, refusedFirst } = this.#options;
    const answer = refusalOfPacket(message, connects.isAsked(session) ? 'asked' : 'new');
    if (answer === undefined) connects.announce(session);
    else if (answer.rejection) refusedFirst(answer.rejection, session);
    return answer;
  }

  #afterEntry(client: ClientSocket, message: string | Buffer): PacketAnswer | undefined {
    const answer =
      refusalOfPacket(message, 'in') ??
      this.#attachments.answerTo(client.conn, message) ??
      refusalOfLaterPacket(message);
    if (answer?.rejection) this.#options.refused(answer.rejection, client.conn);
    if (answer?.ends) this.#options.close(client);
    return answer;
  }
}
