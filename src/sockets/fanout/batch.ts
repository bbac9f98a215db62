import type { EventPacket } from './event-packet.ts';

/**
 * Packets that wait for one socket, the newest known first. Sockets that wait for the same packets in the same order hold
 * the same batch: a burst of broadcasts is put together once, not once per socket, and costs a socket one write.
 */
export class Batch {
  readonly newest: EventPacket;
  readonly before: Batch | undefined;
  /** Length of all frames together. */
  readonly bytes: number;
  #extended: Batch | undefined;
  #joined: Buffer | undefined;

  constructor(newest: EventPacket, before: Batch | undefined) {
    this.newest = newest;
    this.before = before;
    this.bytes = newest.frame.length + (before?.bytes ?? 0);
  }

  /** This batch with one packet more; the same one for all who ask for the same. */
  with(packet: EventPacket): Batch {
    if (this.#extended?.newest !== packet) this.#extended = new Batch(packet, this);
    return this.#extended;
  }

  packets(): EventPacket[] {
    const packets = [this.newest];
    for (let { before } = this; before !== undefined; before = before.before) packets.push(before.newest);
    return packets.toReversed();
  }

  /** All frames in one piece. */
  joined(): Buffer {
    if (this.before === undefined) return this.newest.frame;
    return (this.#joined ??= Buffer.concat(
      this.packets().map(({ frame }) => frame),
      this.bytes,
    ));
  }
}
