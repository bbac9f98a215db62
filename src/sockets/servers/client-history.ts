import type { Membership } from '../fanout/membership.ts';
import type { Claims } from './socket-server.ts';

/** What gives clients the events that they missed. */
export interface ClientHistory {
  /** Of what a client says in `auth.resume`, a copy of what is said of routes that there are, in the form of a position. */
  claimsIn(resume: Claims): Claims;
  /** @param claims positions by route, as the client says them; nothing where it did not ask for any. */
  clientJoined(client: Membership, claims: Claims | undefined, hold: boolean): void;
  /** The client has its listeners: from here on it is given what it missed, if it asked to wait for that. */
  ready(client: Membership): void;
  clientLeft(client: Membership): void;
}
