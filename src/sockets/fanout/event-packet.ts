import { textFrame } from './frame.ts';

/** An event of a route, encoded once for all recipients. */
export class EventPacket {
  /** A slow client needs only the newest of the packets with equal keys. */
  readonly latestKey: string | undefined;
  /** An Engine.IO message with a Socket.IO event: `42["event",payload]`. */
  readonly #message: string;
  #frame: Buffer | undefined;

  /** @param payload JSON text, sent unchanged; so is `meta`, the second argument. */
  constructor(event: string, payload: string, latestKey?: string, meta?: string) {
    this.#message = `42[${JSON.stringify(event)},${payload}${meta === undefined ? '' : `,${meta}`}]`;
    this.latestKey = latestKey;
  }

  /** The Socket.IO packet for Engine.IO's `send`. */
  get text(): string {
    return this.#message.slice(1);
  }

  /** The message as one websocket frame: header and payload in one piece, so that a write is one system call. */
  get frame(): Buffer {
    return (this.#frame ??= textFrame(this.#message));
  }
}
