import type { RejectionCode } from '../../auth/rejection.ts';
import { networkOf, type IsTrustedProxy, type Peer } from '../servers/client-address.ts';
import { KeyedCounter } from './keyed-counter.ts';
import { NetworkRates } from './network-rates.ts';
import type { Session } from '../servers/socket-server.ts';
import { TokenBucket } from '../../flow/token-bucket.ts';

/** Limits of new sessions; Infinity means none. */
export interface HandshakeLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxHandshakesPerSecond: number;
}

/** Each network may use a tenth of the new handshakes, with a burst of two seconds: an office that reloads a page. */
const NETWORKS = 10;
const LEAST_BURST = 10;

/** Limits the number of sessions and the rate of new ones. */
export class HandshakeLimiter {
  readonly #maxConnections: number;
  readonly #addresses: KeyedCounter;
  readonly #rate: TokenBucket | undefined;
  readonly #rates: NetworkRates;
  readonly #isTrustedProxy: IsTrustedProxy;
  readonly #sessionCount: () => number;

  constructor(
    { maxConnections, maxConnectionsPerAddress, maxHandshakesPerSecond }: HandshakeLimits,
    isTrustedProxy: IsTrustedProxy,
    sessionCount: () => number,
  ) {
    const share = Math.max(maxHandshakesPerSecond / NETWORKS, 1);
    this.#rates = new NetworkRates(share, Math.max(2 * share, LEAST_BURST));
    this.#isTrustedProxy = isTrustedProxy;
    this.#maxConnections = maxConnections;
    this.#addresses = new KeyedCounter(maxConnectionsPerAddress);
    this.#rate =
      maxHandshakesPerSecond === Infinity ? undefined : new TokenBucket(maxHandshakesPerSecond, maxHandshakesPerSecond);
    this.#sessionCount = sessionCount;
  }

  /** Returns why a new session is refused, if it is. The cheap checks come first and do not use up the rate. */
  exceededBy(peer: Peer): RejectionCode | undefined {
    const { address } = peer;
    if (this.#sessionCount() >= this.#maxConnections) return 'instance-full';
    if (this.#addresses.isUsedUp(networkOf(address))) return 'address-limit';
    if (this.#rate === undefined) return undefined;
    return this.#takesShare(peer) && this.#rate.take() ? undefined : 'too-many-handshakes';
  }

  /** The address of a proxy represents many clients and identifies none of them. */
  #takesShare({ address, forwarded }: Peer): boolean {
    return forwarded || this.#isTrustedProxy(address) || this.#rates.take(networkOf(address));
  }

  opened(session: Session, { address }: Peer): void {
    // A session that was closed before this call emits no close event.
    if (session.readyState !== 'closed') this.#addresses.add(networkOf(address));
  }

  closed({ address }: Peer): void {
    this.#addresses.remove(networkOf(address));
  }
}
