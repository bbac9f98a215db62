import type { Redis } from 'ioredis';
import type { HostAndPort, RedisAddress } from '../config/environment/redis-url.ts';
import type { Reach } from './announced.ts';
import { withDeadline } from './deadline.ts';
import { createPool, nameOf } from './pool.ts';
import { openConnection, type Access } from './server-connection.ts';
import type { Topology } from './topology.ts';

type SentinelAddress = Extract<RedisAddress, { kind: 'sentinel' }>;

/** One that takes longer does not vote. */
const VOTE_MS = 1000;
/** After how many milliseconds commands have the sentinels asked again. */
const REFRESH_MS = 2000;

/**
 * A master that sentinels watch over. All of them are asked at each beat. An announcement that one of them makes could
 * miss us, and a single one may be cut off from the others and tell of a master that is one no more.
 */
export function createSentinelTopology(
  { sentinels, sentinelLogin, master }: SentinelAddress,
  tls: Pick<Access, 'tls'>,
  reach: Reach,
): Topology {
  const pool = createPool((place) => openConnection(place, { ...sentinelLogin, ...tls }, 'websocket-gateway-topology'));
  const majority = Math.floor(sentinels.length / 2) + 1;

  async function ask(): Promise<Votes> {
    const answers = await Promise.allSettled(
      sentinels.map((sentinel) =>
        withDeadline(
          pool.use(sentinel, async (redis) => {
            const { host, port } = await masterOf(redis, master);
            return reach(host, port, sentinel);
          }),
          VOTE_MS,
        ),
      ),
    );
    return countVotes(answers);
  }

  let known: HostAndPort | undefined;
  let askedAt = -Infinity;

  async function locate(): Promise<HostAndPort> {
    const { leader, failure } = await ask();
    if (leader) return leader.place;
    throw new Error(`no sentinel tells where ${master} is: ${failure}`);
  }

  /** Who is cut off with a few of the sentinels stays with the master that is known. */
  async function refresh(): Promise<void> {
    askedAt = performance.now();
    const { leader } = await ask();
    if (leader && leader.votes >= majority) known = leader.place;
  }

  return {
    locate,
    async holderOf() {
      if (known === undefined) {
        askedAt = performance.now();
        known = await locate();
      } else if (performance.now() - askedAt > REFRESH_MS) void refresh();
      return known;
    },
    doubt: () => void (known = undefined),
    reach,
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
