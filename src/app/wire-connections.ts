import type { Server } from 'node:http';
import type { Auth } from '../auth/auth.ts';
import { rejection, type Rejection } from '../auth/rejection.ts';
import type { Settings } from '../config/environment/environment.ts';
import type { Control } from '../dispatch/control.ts';
import type { Durable } from '../durable/durable.ts';
import { reserveFileDescriptors, openFileLimit, type FdReserve } from '../http/fd-reserve.ts';
import { createPeerOf, createProxyTrust } from '../sockets/servers/client-address.ts';
import { acceptConnections, type Connections } from '../sockets/connections.ts';
import { createFanout, type LocalFanout } from '../sockets/fanout/fanout.ts';
import { createOriginOf } from '../sockets/servers/origin.ts';
import { openServers } from '../sockets/servers/open-servers.ts';
import { createSocketPath } from '../sockets/servers/socket-path.ts';
import { createCookieTokensOf } from '../sockets/servers/token-cookie.ts';
import { limitTcpConnections, tcpConnectionsFor } from '../sockets/handshake/tcp-limit.ts';
import type { LivePlan } from '../reload/live-plan.ts';
import type { Plan } from '../routes/plan.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { DrainState } from './drain-state.ts';

const TOO_MANY_TCP = rejection('address-limit', {
  message: 'too many TCP connections from this address; further ones are closed immediately',
  hint: 'if the address is a load balancer that sends no X-Forwarded-For, add it to TRUST_PROXY; otherwise raise MAX_CONNECTIONS_PER_ADDRESS',
});

export function createLocalFanout(settings: Settings, telemetry: Telemetry): LocalFanout {
  return createFanout({
    maxBytes: settings.maxQueueBytes,
    maxAge: settings.maxQueueAge * 1000,
    events: telemetry.fanout,
  });
}

interface ConnectionRoom extends Pick<FdReserve, 'isUsedUp'> {
  readonly maxConnections: number;
  /** TCP connections that one network may have; Infinity sets no limit. */
  readonly tcpPerNetwork: number;
}

/** Limits connections by the settings and by the open files that the system allows, and reserves file descriptors. */
export function createFdReserve(
  http: Server,
  { maxConnections: wanted, maxConnectionsPerAddress }: Settings,
  telemetry: Telemetry,
): ConnectionRoom {
  const { connections, isUsedUp } = reserveFileDescriptors(
    http,
    openFileLimit(),
    turnedAway(rejection('instance-full'), telemetry),
  );
  if (wanted !== Infinity && wanted > connections)
    telemetry.logger.warn({ connections }, 'open files allow fewer connections than MAX_CONNECTIONS; raise ulimit -n');
  return {
    maxConnections: Math.min(wanted, connections),
    tcpPerNetwork: tcpConnectionsFor(maxConnectionsPerAddress, connections),
    isUsedUp,
  };
}

/** Reports a connection that was closed as soon as it was opened. */
function turnedAway(why: Rejection, { connections }: Telemetry): (address: string) => void {
  return (address) => connections.refused(why, { address, forwarded: false });
}

export interface ConnectionParts {
  readonly auth: Auth;
  readonly fanout: LocalFanout;
  readonly durable: Durable;
  readonly drainState: DrainState;
  readonly live: LivePlan;
  readonly telemetry: Telemetry;
}

export function createConnections(
  http: Server,
  limits: Settings & ConnectionRoom,
  {
    auth: { authenticator, revocations, calls, longestToken },
    fanout,
    durable,
    drainState,
    live,
    telemetry,
  }: ConnectionParts,
): Connections {
  const peerOf = createPeerOf(limits.trustProxy, telemetry.forwardedUnread);
  const isTrustedProxy = createProxyTrust(limits.trustProxy);
  const originOf = createOriginOf(limits.corsOrigin, isTrustedProxy);
  const path = createSocketPath(limits.socketPath);
  const open = openServers(http, { ...limits, path, originOf, peerOf, events: telemetry.fanout });
  const connections = acceptConnections(open, {
    authenticator,
    revocations,
    userIds: live.current().userIds,
    audiences: () => live.current().audiences,
    revalidateWithin: limits.authRevalidate * 1000,
    fanout,
    limits,
    history: durable,
    originOf,
    peerOf,
    isTrustedProxy,
    queryToken: limits.insecureQueryToken,
    longestToken,
    cookieTokensOf: createCookieTokensOf(limits.tokenCookie, originOf, longestToken),
    closedBecause: () => {
      if (drainState.isClosed()) return 'draining';
      if (limits.isUsedUp()) return 'instance-full';
      // Anonymous clients need no auth service: where they are allowed, handshakes continue without it.
      return limits.authMode === 'required' ? calls.closedBecause() : undefined;
    },
    events: telemetry.connections,
  });
  // Must follow: the Socket.IO server takes over the listeners that exist when it is attached.
  limitTcpConnections(http, {
    most: limits.tcpPerNetwork,
    isTrustedProxy,
    turnedAway: turnedAway(TOO_MANY_TCP, telemetry),
  });
  return connections;
}

/** Applies revocations: those that were received, and those that may have been missed. */
export interface Revoking extends Control {
  /** Makes all cached tokens invalid: revocations may have been missed. */
  invalidateAll(): void;
}

/** Moves clients to the audiences of a new plan, and has tokens checked again for claims that were not kept. */
export function followIdentity(
  { current }: LivePlan,
  connections: Pick<Connections, 'audiencesChanged'>,
  { invalidateAll }: Revoking,
): (plan: Plan) => void {
  let { claims: known } = current();
  return ({ claims }) => {
    connections.audiencesChanged();
    if (claims.some((claim) => !known.includes(claim))) invalidateAll();
    known = claims;
  };
}

export function createControl({ revocations }: Auth, connections: Connections): Revoking {
  return {
    disconnectUsers(users, keepTokens) {
      revocations.revoke(users, keepTokens);
      return connections.disconnect(users);
    },
    invalidateAll() {
      revocations.revokeAll();
      connections.revalidateAll();
    },
  };
}
