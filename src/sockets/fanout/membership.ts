import { EventPacket } from './event-packet.ts';
import type { WriteScheduler } from './write-scheduler.ts';
import type { Recipient } from './recipient.ts';
import type { RoomIndex } from './room-index.ts';

/** A socket in the fan-out, for as long as it is there. */
export class Membership {
  readonly rooms: readonly string[];
  readonly #recipient: Recipient;
  readonly #scheduler: WriteScheduler;
  readonly #index: RoomIndex<Recipient>;

  constructor(recipient: Recipient, rooms: readonly string[], scheduler: WriteScheduler, index: RoomIndex<Recipient>) {
    this.rooms = rooms;
    this.#recipient = recipient;
    this.#scheduler = scheduler;
    this.#index = index;
    index.join(recipient, rooms);
  }

  /** Whether it asked for positions. */
  get resumable(): boolean {
    return this.#recipient.resumable;
  }

  /**
   * Sends this socket alone an event, in order with all others.
   *
   * @param payload JSON text, and so is `meta`, the second argument.
   */
  send(event: string, payload: string, meta?: string): void {
    if (this.isOpen()) this.#scheduler.send([[this.#recipient]], new EventPacket(event, payload, undefined, meta));
  }

  /** Bytes that wait for it. */
  queued(): number {
    return this.#recipient.queued() + (this.#recipient.pending?.bytes ?? 0);
  }

  /** Not once it has left, nor once the gateway stops: nobody would fetch what is sent then. */
  isOpen(): boolean {
    const [room = ''] = this.rooms;
    return this.#recipient.writer.readyState === 'open' && this.#index.has(room, this.#recipient);
  }

  /** From here on live events of this durable route pass it by, until it is released. */
  hold(route: string): void {
    this.#recipient.held ??= new Set();
    this.#recipient.held.add(route);
  }

  release(route: string): void {
    const { held } = this.#recipient;
    held?.delete(route);
    if (held?.size === 0) this.#recipient.held = undefined;
  }

  isHeld(route: string): boolean {
    return this.#recipient.held?.has(route) === true;
  }

  /** What cuts the client off, when it is called; to be had before a close begins. */
  terminator(): () => void {
    return this.#recipient.writer.terminator();
  }

  leave(): void {
    this.#index.leave(this.#recipient, this.rooms);
    // It goes on to watch what the protocol sends: the session may stay, and ask for answers that it does not read.
    this.#recipient.flush();
  }
}
