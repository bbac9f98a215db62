import { Decoder, type Packet } from 'socket.io-parser';

/**
 * Decodes messages to Socket.IO packets. All sessions share one decoder: only a binary packet arrives in parts, and has a
 * decoder of its own until it is complete.
 */
export class PacketReader {
  readonly #decoder = new Decoder();
  readonly #partial = new WeakMap<object, Decoder>();
  #decoded: Packet | undefined;

  constructor() {
    this.#decoder.on('decoded', this.#keep);
  }

  /**
   * @returns undefined while parts are missing.
   * @throws where the message is not a packet.
   */
  read(session: object, message: string | Buffer): Packet | undefined {
    const decoder = this.#partial.get(session) ?? (hasParts(message) ? this.#begin(session) : this.#decoder);
    decoder.add(message);
    const decoded = this.#decoded;
    this.#decoded = undefined;
    if (decoded !== undefined) this.#partial.delete(session);
    return decoded;
  }

  #begin(session: object): Decoder {
    const decoder = new Decoder();
    decoder.on('decoded', this.#keep);
    this.#partial.set(session, decoder);
    return decoder;
  }

  readonly #keep = (packet: Packet): void => void (this.#decoded = packet);
}

const BINARY_EVENT = '5';
const BINARY_ACK = '6';

function hasParts(message: string | Buffer): boolean {
  return typeof message === 'string' && (message.startsWith(BINARY_EVENT) || message.startsWith(BINARY_ACK));
}
