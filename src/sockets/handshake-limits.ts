import type { IncomingMessage } from 'node:http';
import type { RejectionCode } from '../auth/rejection.ts';
import { networkOf, type Peer } from './client-address.ts';
import { SessionQuota } from './session-quota.ts';
import type { GatewayServer, GatewaySocket } from './socket-server.ts';
import { TokenBucket } from './token-bucket.ts';

/** Infinity is no limit. */
export interface HandshakeLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxHandshakesPerSecond: number;
}

/** Tells why a new session is one too many, if it is. The cheap refusals come first, and do not use up the rate. */
export function limitHandshakes(
  io: GatewayServer,
  { maxConnections, maxConnectionsPerAddress, maxHandshakesPerSecond }: HandshakeLimits,
  peerOf: (request: IncomingMessage) => Peer,
): (request: IncomingMessage) => RejectionCode | undefined {
  const addresses = new SessionQuota(maxConnectionsPerAddress);
  const rate =
    maxHandshakesPerSecond === Infinity ? undefined : new TokenBucket(maxHandshakesPerSecond, maxHandshakesPerSecond);
  io.engine.on('connection', (session: GatewaySocket['conn']) =>
    addresses.add(networkOf(peerOf(session.request).address), session),
  );
  return (request) => {
    if (io.engine.clientsCount >= maxConnections) return 'instance-full';
    if (addresses.isUsedUp(networkOf(peerOf(request).address))) return 'address-limit';
    return rate === undefined || rate.take() ? undefined : 'too-many-handshakes';
  };
}
