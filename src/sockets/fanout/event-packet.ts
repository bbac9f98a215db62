import { textFrame } from './frame.ts';

/** A routed event, encoded once for all who get it. */
export class EventPacket {
  /** Of messages with equal keys only the newest matters to a slow client. */
  readonly latestKey: string | undefined;
  /** An Engine.IO message with a Socket.IO event: `42["event",payload]`. */
  readonly #message: string;
  #frame: Buffer | undefined;

  /** @param payload JSON text, sent as it is; `meta` the same, for a second argument. */
  constructor(event: string, payload: string, latestKey?: string, meta?: string) {
    this.#message = `42[${JSON.stringify(event)},${payload}${meta === undefined ? '' : `,${meta}`}]`;
    this.latestKey = latestKey;
  }

  /** The Socket.IO packet, as Engine.IO's `send` takes it. */
  get text(): string {
    return this.#message.slice(1);
  }

  /** The message as one websocket frame: header and payload in one piece, so that a write is one system call. */
  get frame(): Buffer {
    return (this.#frame ??= textFrame(this.#message));
  }
}
