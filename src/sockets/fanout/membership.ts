import { EventPacket } from './event-packet.ts';
import type { WriteScheduler } from './write-scheduler.ts';
import type { Recipient } from './recipient.ts';
import type { RoomIndex } from './room-index.ts';

/** A client in the fan-out, from join to leave. */
export class Membership {
  #rooms: readonly string[];
  readonly #recipient: Recipient;
  readonly #scheduler: WriteScheduler;
  readonly #index: RoomIndex<Recipient>;

  constructor(recipient: Recipient, rooms: readonly string[], scheduler: WriteScheduler, index: RoomIndex<Recipient>) {
    this.#rooms = rooms;
    this.#recipient = recipient;
    this.#scheduler = scheduler;
    this.#index = index;
    index.join(recipient, rooms);
  }

  get rooms(): readonly string[] {
    return this.#rooms;
  }

  /** Moves a client that has not left to other rooms; the first one stays the same. */
  moveTo(rooms: readonly string[]): void {
    if (!this.isOpen()) return;
    const before = this.#rooms;
    this.#index.join(
      this.#recipient,
      rooms.filter((room) => !before.includes(room)),
    );
    this.#index.leave(
      this.#recipient,
      before.filter((room) => !rooms.includes(room)),
    );
    this.#rooms = rooms;
  }

  /** Whether the client receives positions. */
  get resumable(): boolean {
    return this.#recipient.resumable;
  }

  /**
   * Sends an event to this client only, in order with all other events.
   *
   * @param payload JSON text, and so is `meta`, the second argument.
   */
  send(event: string, payload: string, meta?: string): void {
    if (this.isOpen()) this.#scheduler.send([[this.#recipient]], new EventPacket(event, payload, undefined, meta));
  }

  /** Bytes queued for the client. */
  queued(): number {
    return this.#recipient.waiting();
  }

  /** False once the client left or the gateway stops: nothing sent then would be read. */
  isOpen(): boolean {
    const [room = ''] = this.#rooms;
    return this.#recipient.writer.readyState === 'open' && this.#index.has(room, this.#recipient);
  }

  /** Withholds live events of this durable route until it is released. */
  hold(route: string): void {
    this.#recipient.withhold(route);
  }

  release(route: string): void {
    this.#recipient.release(route);
  }

  isHeld(route: string): boolean {
    return this.#recipient.isWithheld(route);
  }

  /** Returns a function that terminates the connection; must be obtained before a close begins. */
  terminator(): () => void {
    return this.#recipient.writer.terminator();
  }

  leave(): void {
    this.#index.leave(this.#recipient, this.#rooms);
    // The recipient still watches control packets: the session may stay, and request answers without reading them.
    this.#recipient.flush();
  }
}
