/** A connected client, as a replay sees it. */
export interface Client {
  /** Rooms that the client is in: it is a recipient of the entries for any of them. */
  readonly rooms: readonly string[];
  /** Whether the client asked for positions. */
  readonly resumable: boolean;
  /** @param payload JSON text; `meta`, the second argument, too. */
  send(event: string, payload: string, meta?: string): void;
  /** Bytes in the client's send queue. */
  queued(): number;
  isOpen(): boolean;
  /** Stops live events of the route for this client, until it is released. */
  hold(route: string): void;
  release(route: string): void;
  isHeld(route: string): boolean;
}
