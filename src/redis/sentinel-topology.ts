import type { Redis } from 'ioredis';
import type { HostAndPort, RedisAddress } from '../config/environment/redis-url.ts';
import type { ResolveAddress } from './announced-address.ts';
import { createConnectionPool } from './connection-pool.ts';
import { withDeadline } from './deadline.ts';
import { formatAddress } from './format-address.ts';
import { openConnection, type Access } from './server-connection.ts';
import type { Topology } from './topology.ts';

type SentinelAddress = Extract<RedisAddress, { kind: 'sentinel' }>;

/** A sentinel that takes longer does not vote. */
const VOTE_MS = 1000;
/** Age of the last vote, in milliseconds, after which commands start a new one. */
const REFRESH_MS = 2000;

/**
 * A master that sentinels monitor. All of them are queried in each probe round: an announcement of a single one could be
 * missed, and a sentinel that is cut off from the others may report an old master.
 */
export function createSentinelTopology(
  { sentinels, sentinelLogin, master }: SentinelAddress,
  tls: Pick<Access, 'tls'>,
  resolveAddress: ResolveAddress,
): Topology {
  const pool = createConnectionPool((sentinel) =>
    openConnection(sentinel, { ...sentinelLogin, ...tls }, 'websocket-gateway-topology'),
  );
  const majority = Math.floor(sentinels.length / 2) + 1;

  const masterAt = (sentinel: HostAndPort): Promise<HostAndPort> =>
    pool.use(sentinel, async (redis) => {
      const { host, port } = await masterOf(redis, master);
      return resolveAddress(host, port, sentinel);
    });
  const vote = async (): Promise<Votes> =>
    countVotes(await Promise.allSettled(sentinels.map((sentinel) => withDeadline(masterAt(sentinel), VOTE_MS))));

  let known: HostAndPort | undefined;
  let votedAt = -Infinity;

  async function locate(): Promise<HostAndPort> {
    const { leader, failure } = await vote();
    if (leader) return leader.server;
    throw new Error(`no sentinel reports where ${master} is: ${failure.message}`, { cause: failure });
  }

  /** An instance that is cut off together with a minority of the sentinels keeps the master that it knows. */
  async function refresh(): Promise<void> {
    votedAt = performance.now();
    const { leader } = await vote();
    if (leader && leader.votes >= majority) known = leader.server;
  }

  return {
    locate,
    async ownerOf() {
      if (known === undefined) {
        votedAt = performance.now();
        known = await locate();
      } else if (performance.now() - votedAt > REFRESH_MS) void refresh();
      return known;
    },
    invalidate: () => void (known = undefined),
    resolveAddress,
    publishersOf: (subscribedAt) => [subscribedAt],
    async check(subscribedAt) {
      const { leader } = await vote();
      if (!leader || leader.votes < majority) return 'unknown';
      return formatAddress(leader.server) === formatAddress(subscribedAt) ? 'here' : 'moved';
    },
    roles: 'master',
    close: pool.close,
  };
}

interface Votes {
  readonly leader: { readonly server: HostAndPort; readonly votes: number } | undefined;
  /** The last error of a sentinel that did not answer. */
  readonly failure: Error;
}

function countVotes(answers: readonly PromiseSettledResult<HostAndPort>[]): Votes {
  const votes = new Map<string, { server: HostAndPort; votes: number }>();
  let failure = new Error('no sentinel');
  for (const answer of answers) {
    if (answer.status === 'rejected') {
      failure = answer.reason instanceof Error ? answer.reason : new Error(String(answer.reason));
      continue;
    }
    const name = formatAddress(answer.value);
    votes.set(name, { server: answer.value, votes: (votes.get(name)?.votes ?? 0) + 1 });
  }
  const [leader] = [...votes.values()].toSorted((a, b) => b.votes - a.votes);
  return { leader, failure };
}

async function masterOf(sentinel: Redis, master: string): Promise<HostAndPort> {
  const reply: unknown = await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master);
  const [host, port] = Array.isArray(reply) ? reply.map(String) : [];
  if (host === undefined || port === undefined) throw new Error(`a sentinel does not know the master ${master}`);
  return { host, port: Number(port) };
}
