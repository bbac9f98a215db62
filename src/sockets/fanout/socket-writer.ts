import type { Batch } from './batch.ts';

/** The user of a writer, which is notified of packets that the protocol sends. */
export interface Sender {
  /** Called before the protocol sends a packet of its own, such as an answer or a ping. */
  beforeControlPacket(): void;
}

/** Writes packets to one client, in order. */
export interface SocketWriter {
  /** Packets are sent only while it is `open`. */
  readonly readyState: string;
  /** Sends these packets after all earlier ones. */
  send(batch: Batch): void;
  /** Approximate bytes that were sent and that the kernel has not taken. */
  queued(): number;
  /** Changes when the client reads: bytes of a websocket, the next packet of a polling client. */
  progress(): number | object | undefined;
  /** Replaces the previous sender. */
  attach(sender: Sender): void;
  /**
   * Returns a function that frees the connection immediately: an orderly close would wait for a client that does not read.
   * Must be obtained before a close begins.
   */
  terminator(): () => void;
}
