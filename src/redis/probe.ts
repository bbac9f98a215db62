import type { Redis } from 'ioredis';
import type { HostAndPort } from '../config/environment/redis-url.ts';
import { createPool, isReply, nameOf } from './pool.ts';
import { openConnection, type Access } from './server-connection.ts';
import type { Topology } from './topology.ts';

export type Role = 'master' | 'replica' | 'cut-off-replica' | 'untold';

/** Redis took the probe, or why it did not. */
export type Sent =
  | {
      readonly kind: 'sent';
      readonly from: HostAndPort;
      /** Through a connection that was opened for it. */
      readonly fresh: boolean;
      readonly role: Role;
    }
  | { readonly kind: 'not-sent'; readonly because: string; readonly refused: boolean };

/** Publishes as the services do: by a connection of its own, now and then a new one, from each place in turn. */
export interface ProbeSender {
  send(channel: string, text: string, listeningAt: HostAndPort): Promise<Sent>;
  /** The next probe goes out by a new connection. */
  close(): void;
}

/** A name or a load balancer may lead elsewhere by then: probes are to follow where publishers go. */
const PROBES_PER_CONNECTION = 5;

export function createProbeSender(topology: Topology, access: Access): ProbeSender {
  const pool = createPool((place) => openConnection(place, access, 'websocket-gateway-probe'), PROBES_PER_CONNECTION);
  let turn = 0;

  async function sendFrom(from: HostAndPort, channel: string, text: string): Promise<Sent> {
    return pool.use(from, async (redis, fresh) => {
      const asking = topology.roles === 'any' ? Promise.resolve<Role>('untold') : roleOf(redis);
      const [role] = await Promise.all([asking, redis.publish(channel, text)]);
      return { kind: 'sent', from, fresh, role };
    });
  }

  return {
    async send(channel, text, listeningAt) {
      const places = topology.publishersOf(listeningAt);
      turn += 1;
      let failed: Sent = { kind: 'not-sent', because: 'nowhere to publish', refused: false };
      for (let i = 0; i < places.length; i += 1) {
        const from = places[(turn + i) % places.length];
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

export function notSent(error: unknown, from: HostAndPort): Sent {
  const because = error instanceof Error ? error.message : String(error);
  return {
    kind: 'not-sent',
    because: isReply(error) ? because : `${nameOf(from)}: ${because}`,
    refused: isReply(error),
  };
}

/** Who may not ask is not told; the probe itself still tells the most. */
async function roleOf(redis: Redis): Promise<Role> {
  let answer: unknown;
  try {
    answer = await redis.call('ROLE');
  } catch (error) {
    if (isReply(error)) return 'untold';
    throw error;
  }
  const [role, , , link]: unknown[] = Array.isArray(answer) ? answer : [];
  if (role === 'master') return 'master';
  if (role === 'slave') return link === 'connected' ? 'replica' : 'cut-off-replica';
  return 'untold';
}
