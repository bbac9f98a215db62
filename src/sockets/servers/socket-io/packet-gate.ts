import type { SocketHandlers } from '../socket-server.ts';
import type { LibrarySocket } from './socket-io.ts';

type LibrarySession = LibrarySocket['conn'];
type Listener = ReturnType<LibrarySession['listeners']>[number];

/**
 * Checks packets before Socket.IO, which ends a session without an answer where it cannot parse the first packet. It replaces
 * Socket.IO's listener for `data` of a session; where that listener is not found, packets are not checked.
 */
export class PacketGate {
  readonly #handlers: Pick<SocketHandlers, 'answerToPacket'>;
  readonly #listeners = new WeakMap<LibrarySession, Listener>();
  readonly #clients = new WeakMap<LibrarySession, LibrarySocket>();
  readonly #leaving = new WeakSet<LibrarySession>();
  /** One listener for all sessions, with `this`: a closure each would live as long as the connection. */
  readonly #received: (this: LibrarySession, message: string | Buffer) => void;

  constructor(handlers: Pick<SocketHandlers, 'answerToPacket'>) {
    this.#handlers = handlers;
    const receive = (session: LibrarySession, message: string | Buffer): void => this.#receive(session, message);
    this.#received = function received(message) {
      receive(this, message);
    };
  }

  guard(session: LibrarySession): void {
    const [listener, ...others] = session.listeners('data');
    if (listener === undefined || others.length > 0) return;
    this.#listeners.set(session, listener);
    session.removeAllListeners('data').on('data', this.#received);
  }

  entered(client: LibrarySocket): void {
    this.#clients.set(client.conn, client);
  }

  left(session: LibrarySession): void {
    this.#clients.delete(session);
    this.#leaving.delete(session);
  }

  /** Returns the accepted client of a session, if there is one. */
  clientOf(session: LibrarySession): LibrarySocket | undefined {
    return this.#clients.get(session);
  }

  /** Socket.IO handles a DISCONNECT a tick later: a CONNECT right behind it would be a second one, and waits as long. */
  #receive(session: LibrarySession, message: string | Buffer): void {
    if (this.#leaving.has(session)) return process.nextTick(() => this.#check(session, message));
    if (isDisconnect(message) && this.#clients.has(session)) this.#leaving.add(session);
    this.#check(session, message);
  }

  #check(session: LibrarySession, message: string | Buffer): void {
    const answer = this.#handlers.answerToPacket(session, message, this.#clients.get(session));
    const listener = this.#listeners.get(session);
    if (answer === undefined) return listener && void Reflect.apply(listener, session, [message]);
    if (answer.answer !== undefined) session.write(answer.answer);
    if (answer.ends) session.close();
  }
}

/** Whether a packet is a DISCONNECT of the main namespace. */
function isDisconnect(message: string | Buffer): boolean {
  return message === '1' || message === '1/' || message === '1/,';
}
