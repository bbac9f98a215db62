import type { Redis } from 'ioredis';
import type { HostAndPort, RedisAddress } from '../config/redis-url.ts';
import { answered } from './patience.ts';
import { createPool, nameOf } from './pool.ts';
import { openConnection, type Access } from './server-connection.ts';
import type { Topology } from './topology.ts';

type SentinelAddress = Extract<RedisAddress, { kind: 'sentinel' }>;

/** One that takes longer does not vote. */
const VOTE_MS = 1000;

/**
 * A master that sentinels watch over. All of them are asked at each beat. An announcement that one of them makes could
 * miss us, and a single one may be cut off from the others and tell of a master that is one no more.
 */
export function createSentinelTopology(
  { sentinels, sentinelLogin, master }: SentinelAddress,
  tls: Pick<Access, 'tls'>,
): Topology {
  const pool = createPool((place) => openConnection(place, { ...sentinelLogin, ...tls }, 'websocket-gateway-topology'));
  const majority = Math.floor(sentinels.length / 2) + 1;

  async function ask(): Promise<Votes> {
    const answers = await Promise.allSettled(
      sentinels.map((sentinel) =>
        answered(
          pool.use(sentinel, (redis) => masterOf(redis, master)),
          VOTE_MS,
        ),
      ),
    );
    return countVotes(answers);
  }

  return {
    async locate() {
      const { leader, failure } = await ask();
      if (leader) return leader.place;
      throw new Error(`no sentinel tells where ${master} is: ${failure}`);
    },
    publishersOf: (listeningAt) => [listeningAt],
    async check(listeningAt) {
      const { leader } = await ask();
      if (!leader || leader.votes < majority) return 'unknown';
      return nameOf(leader.place) === nameOf(listeningAt) ? 'here' : 'moved';
    },
    roles: 'master',
    close: pool.close,
  };
}

interface Votes {
  readonly leader?: { readonly place: HostAndPort; readonly votes: number };
  /** Why one of them did not answer. */
  readonly failure: string;
}

function countVotes(answers: readonly PromiseSettledResult<HostAndPort>[]): Votes {
  const votes = new Map<string, { place: HostAndPort; votes: number }>();
  let failure = '';
  for (const answer of answers) {
    if (answer.status === 'rejected') {
      failure = answer.reason instanceof Error ? answer.reason.message : String(answer.reason);
      continue;
    }
    const name = nameOf(answer.value);
    votes.set(name, { place: answer.value, votes: (votes.get(name)?.votes ?? 0) + 1 });
  }
  const [leader] = [...votes.values()].toSorted((a, b) => b.votes - a.votes);
  return { ...(leader && { leader }), failure };
}

async function masterOf(sentinel: Redis, master: string): Promise<HostAndPort> {
  const answer: unknown = await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master);
  const [host, port] = Array.isArray(answer) ? answer.map(String) : [];
  if (host === undefined || port === undefined) throw new Error(`a sentinel knows no master ${master}`);
  return { host, port: Number(port) };
}
