import type { Batch } from './batch.ts';

/** Who sends on a line, and has to know of all else that is sent on it. */
export interface Sender {
  /** The protocol is about to send a packet of its own, such as an answer or a ping. */
  beforeControlPacket(): void;
}

/** The way to one client, on which packets keep their order, whoever sends them. */
export interface SocketWriter {
  /** Nothing is sent any more unless it is `open`. */
  readonly readyState: string;
  /** Sends these behind all that was sent before. */
  send(batch: Batch): void;
  /** Bytes that were sent and that the kernel has not taken, about. */
  queued(): number;
  /** Changes when the client takes something: bytes of a websocket, the packet that is next of a polling client. */
  progress(): number | object | undefined;
  /** In place of the sender before. */
  attach(sender: Sender): void;
  /**
   * What frees the connection at once, when it is called: closing in order would wait until the client has read what it
   * does not read. To be had before a close begins.
   */
  terminator(): () => void;
}
