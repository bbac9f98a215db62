import type { RejectionCode } from '../auth/rejection.ts';
import { networkOf, type Peer } from './client-address.ts';
import { Counts } from './counts.ts';
import type { Session } from './socket-server.ts';
import { TokenBucket } from './token-bucket.ts';

/** Infinity is no limit. */
export interface HandshakeLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxHandshakesPerSecond: number;
}

/** How many sessions there may be, and how fast they may come. */
export class HandshakeQuota {
  readonly #maxConnections: number;
  readonly #addresses: Counts;
  readonly #rate: TokenBucket | undefined;
  readonly #sessionCount: () => number;

  constructor(
    { maxConnections, maxConnectionsPerAddress, maxHandshakesPerSecond }: HandshakeLimits,
    sessionCount: () => number,
  ) {
    this.#maxConnections = maxConnections;
    this.#addresses = new Counts(maxConnectionsPerAddress);
    this.#rate =
      maxHandshakesPerSecond === Infinity ? undefined : new TokenBucket(maxHandshakesPerSecond, maxHandshakesPerSecond);
    this.#sessionCount = sessionCount;
  }

  /** Why a new session is one too many, if it is. The cheap refusals come first, and do not use up the rate. */
  exceededBy({ address }: Peer): RejectionCode | undefined {
    if (this.#sessionCount() >= this.#maxConnections) return 'instance-full';
    if (this.#addresses.isUsedUp(networkOf(address))) return 'address-limit';
    return this.#rate === undefined || this.#rate.take() ? undefined : 'too-many-handshakes';
  }

  opened(session: Session, { address }: Peer): void {
    // One that was closed before anybody heard of it is not told of again.
    if (session.readyState !== 'closed') this.#addresses.add(networkOf(address));
  }

  closed({ address }: Peer): void {
    this.#addresses.remove(networkOf(address));
  }
}
