import type { SocketHandlers } from '../socket-server.ts';
import type { LibrarySocket } from './socket-io.ts';

type LibrarySession = LibrarySocket['conn'];
type Listener = ReturnType<LibrarySession['listeners']>[number];

/**
 * Checks packets before Socket.IO, which ends a session without an answer where it cannot parse the first packet. It replaces
 * Socket.IO's listener for `data` of a session; where that listener is not found, packets are not checked.
 */
export class PacketGate {
  readonly #handlers: Pick<SocketHandlers, 'refusalOfPacket'>;
  readonly #listeners = new WeakMap<LibrarySession, Listener>();
  readonly #in = new WeakSet<LibrarySession>();
  /** One listener for all sessions, with `this`: a closure each would live as long as the connection. */
  readonly #received: (this: LibrarySession, message: string | Buffer) => void;

  constructor(handlers: Pick<SocketHandlers, 'refusalOfPacket'>) {
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

  entered(session: LibrarySession): void {
    this.#in.add(session);
  }

  left(session: LibrarySession): void {
    this.#in.delete(session);
  }

  #receive(session: LibrarySession, message: string | Buffer): void {
    const refusal = this.#handlers.refusalOfPacket(session, message, this.#in.has(session));
    const listener = this.#listeners.get(session);
    if (refusal === undefined) return listener && void Reflect.apply(listener, session, [message]);
    if (refusal.answer !== undefined) session.write(refusal.answer);
    if (refusal.ends) session.close();
  }
}
