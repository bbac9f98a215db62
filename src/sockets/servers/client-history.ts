import type { Membership } from '../fanout/membership.ts';
import type { Claims } from './socket-server.ts';

/** Replays missed events to clients. */
export interface ClientHistory {
  /** Copies the positions in `auth.resume` that belong to existing routes and have the form of a position. */
  claimsIn(resume: Claims): Claims;
  /** @param claims positions by route, as the client sent them; undefined where it requested none. */
  clientJoined(client: Membership, claims: Claims | undefined, hold: boolean): void;
  /** The client has its listeners: a client with `hold` now receives what it missed. */
  ready(client: Membership): void;
  clientLeft(client: Membership): void;
}
