/** A socket, as a replay sees it. */
export interface Client {
  /** That it is in: an entry for any of them is for it. */
  readonly rooms: readonly string[];
  /** Whether it asked for positions. */
  readonly resumable: boolean;
  /** @param payload JSON text, and so is `meta`, the second argument. */
  send(event: string, payload: string, meta?: string): void;
  /** Bytes that wait for it. */
  queued(): number;
  isOpen(): boolean;
  /** From here on live events of the route pass it by, until it is released. */
  hold(route: string): void;
  release(route: string): void;
  isHeld(route: string): boolean;
}
