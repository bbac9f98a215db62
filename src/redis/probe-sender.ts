import type { Redis } from 'ioredis';
import type { HostAndPort } from '../config/environment/redis-url.ts';
import { createConnectionPool } from './connection-pool.ts';
import { formatAddress } from './format-address.ts';
import { isReplyError } from './reply-error.ts';
import { openConnection, type Access } from './server-connection.ts';
import type { Topology } from './topology.ts';

/** The role of a server; `unknown` where it may not be queried. */
export type Role = 'master' | 'replica' | 'cut-off-replica' | 'unknown';

/** A probe that Redis accepted, or why it was not sent. */
export type ProbeResult =
  | {
      readonly kind: 'sent';
      readonly from: HostAndPort;
      /** True if the probe was sent by a connection that was opened for it. */
      readonly fresh: boolean;
      readonly role: Role;
    }
  | { readonly kind: 'not-sent'; readonly because: string; readonly refused: boolean };

/** Publishes as the services do: by a connection of its own, now and then a new one, at each server in turn. */
export interface ProbeSender {
  send(channel: string, text: string, subscribedAt: HostAndPort): Promise<ProbeResult>;
  /** Closes the connections; the next probe is sent by a new one. */
  close(): void;
}

/** A host name or a load balancer may lead to another server by then: probes follow publishers. */
const PROBES_PER_CONNECTION = 5;

export function createProbeSender(topology: Topology, access: Access): ProbeSender {
  const pool = createConnectionPool(
    (server) => openConnection(server, access, 'websocket-gateway-probe'),
    PROBES_PER_CONNECTION,
  );
  let turn = 0;

  async function sendFrom(from: HostAndPort, channel: string, text: string): Promise<ProbeResult> {
    return pool.use(from, async (redis, fresh) => {
      const querying = topology.roles === 'any' ? Promise.resolve<Role>('unknown') : roleOf(redis);
      const [role] = await Promise.all([querying, redis.publish(channel, text)]);
      return { kind: 'sent', from, fresh, role };
    });
  }

  return {
    async send(channel, text, subscribedAt) {
      const publishers = topology.publishersOf(subscribedAt);
      turn += 1;
      let failed: ProbeResult = { kind: 'not-sent', because: 'no server to publish at', refused: false };
      for (let i = 0; i < publishers.length; i += 1) {
        const from = publishers[(turn + i) % publishers.length];
        if (from === undefined) break;
        try {
          return await sendFrom(from, channel, text);
        } catch (error) {
          failed = notSent(error, from);
        }
      }
      return failed;
    },
    close: pool.close,
  };
}

export function notSent(error: unknown, from: HostAndPort): ProbeResult {
  const because = error instanceof Error ? error.message : String(error);
  return {
    kind: 'not-sent',
    because: isReplyError(error) ? because : `${formatAddress(from)}: ${because}`,
    refused: isReplyError(error),
  };
}

/** Queries ROLE. Without the right the role is unknown; the probe itself proves the most. */
async function roleOf(redis: Redis): Promise<Role> {
  let reply: unknown;
  try {
    reply = await redis.call('ROLE');
  } catch (error) {
    if (isReplyError(error)) return 'unknown';
    throw error;
  }
  const [role, , , link]: unknown[] = Array.isArray(reply) ? reply : [];
  if (role === 'master') return 'master';
  if (role === 'slave') return link === 'connected' ? 'replica' : 'cut-off-replica';
  return 'unknown';
}
