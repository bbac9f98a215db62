import type { EventPacket } from './event-packet.ts';

/**
 * A linked list of packets pending for one socket, newest first. Sockets with the same pending packets share one batch: the
 * bytes of a burst of broadcasts are joined once, not once per socket, and a socket costs one write.
 */
export class Batch {
  readonly newest: EventPacket;
  readonly before: Batch | undefined;
  /** Bytes of all frames. */
  readonly bytes: number;
  #extended: Batch | undefined;
  #joined: Buffer | undefined;

  constructor(newest: EventPacket, before: Batch | undefined) {
    this.newest = newest;
    this.before = before;
    this.bytes = newest.frame.length + (before?.bytes ?? 0);
  }

  /** Returns this batch with one more packet; the same object for the same packet. */
  with(packet: EventPacket): Batch {
    if (this.#extended?.newest !== packet) this.#extended = new Batch(packet, this);
    return this.#extended;
  }

  packets(): EventPacket[] {
    const packets = [this.newest];
    for (let { before } = this; before !== undefined; before = before.before) packets.push(before.newest);
    return packets.toReversed();
  }

  /** Joins all frames. */
  joined(): Buffer {
    if (this.before === undefined) return this.newest.frame;
    return (this.#joined ??= Buffer.concat(
      this.packets().map(({ frame }) => frame),
      this.bytes,
    ));
  }
}
