import { EventPacket } from './event-packet.ts';
import type { Outbox } from './outbox.ts';
import type { Outlet } from './outlet.ts';
import type { RoomIndex } from './room-index.ts';

/** A socket in the fan-out, for as long as it is there. */
export class Membership {
  readonly rooms: readonly string[];
  readonly #outlet: Outlet;
  readonly #outbox: Outbox;
  readonly #index: RoomIndex<Outlet>;

  constructor(outlet: Outlet, rooms: readonly string[], outbox: Outbox, index: RoomIndex<Outlet>) {
    this.rooms = rooms;
    this.#outlet = outlet;
    this.#outbox = outbox;
    this.#index = index;
    index.join(outlet, rooms);
  }

  /** Whether it asked for positions. */
  get resumable(): boolean {
    return this.#outlet.resumable;
  }

  /**
   * Sends this socket alone an event, in order with all others.
   *
   * @param payload JSON text, and so is `meta`, the second argument.
   */
  send(event: string, payload: string, meta?: string): void {
    if (this.isOpen()) this.#outbox.send([[this.#outlet]], new EventPacket(event, payload, undefined, meta));
  }

  /** Bytes that wait for it. */
  queued(): number {
    return this.#outlet.queued() + (this.#outlet.pending?.bytes ?? 0);
  }

  /** Not once it has left, nor once the gateway stops: nobody would fetch what is sent then. */
  isOpen(): boolean {
    const [room = ''] = this.rooms;
    return this.#outlet.line.readyState === 'open' && this.#index.has(room, this.#outlet);
  }

  /** From here on live events of this durable route pass it by, until it is released. */
  hold(route: string): void {
    this.#outlet.held ??= new Set();
    this.#outlet.held.add(route);
  }

  release(route: string): void {
    const { held } = this.#outlet;
    held?.delete(route);
    if (held?.size === 0) this.#outlet.held = undefined;
  }

  isHeld(route: string): boolean {
    return this.#outlet.held?.has(route) === true;
  }

  /** What cuts the client off, when it is called; to be had before a close begins. */
  cutOffLater(): () => void {
    return this.#outlet.line.cutOffLater();
  }

  leave(): void {
    this.#index.leave(this.#outlet, this.rooms);
    // It goes on to watch what the protocol sends: the session may stay, and ask for answers that it does not read.
    this.#outlet.flush();
  }
}
