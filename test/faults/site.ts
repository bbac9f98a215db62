import { randomUUID } from 'node:crypto';
import { startSilentService } from '../auth/faulty-service.ts';
import { openClient, type LedgerClient } from '../ledger/client.ts';
import type { History } from '../ledger/history.ts';
import { createPublisher, type Publisher } from '../ledger/publisher.ts';
import { startGatewayNode, until, type GatewayNode } from './gateway-node.ts';
import { startAuthNode, startRedisNode, tokenOf, type Finished, type RedisNode, type ServiceNode } from './nodes.ts';
import { startCluster, startSentinels } from './redis-sets.ts';

/** Everything that a fault may befall, all of it real. */
export interface Site {
  readonly redis: RedisNode;
  readonly auth: ServiceNode;
  /** The first of them is where most faults strike: clients of the others are bystanders. */
  readonly gateways: readonly [GatewayNode, ...GatewayNode[]];
  readonly clients: readonly LedgerClient[];
  readonly publisher: Publisher;
  history(): History;
  /** For what a fault brings along. */
  readonly finished: Finished;
}

export interface SiteOptions {
  readonly gateways: number;
  /** Variables of the gateways; a TCP server that never answers is available to them. */
  readonly environment?: (silentServer: string) => Readonly<Record<string, string>>;
  readonly redisArgs?: readonly string[];
  /** In place of one Redis. */
  readonly redis?: 'sentinels' | 'cluster';
}

export const USERS = ['7', '8', '9', '9007199254740993', '18446744073709551615'] as const;
/** As browsers do by default, and the two others. */
const TRANSPORTS = [['polling', 'websocket'], ['websocket'], ['polling']];
const CLIENTS_PER_GATEWAY = 6;

export async function buildSite(options: SiteOptions, finished: Finished): Promise<Site> {
  const [redis, auth, silent] = await Promise.all([
    startRedis(options, finished),
    startAuthNode(finished),
    startSilentService(finished),
  ]);
  const environment = options.environment?.(silent.address) ?? {};
  const ports = { redisPort: redis.port, authPort: auth.port, ...(redis.url !== undefined && { redisUrl: redis.url }) };
  const startGateway = (index: number): Promise<GatewayNode> =>
    startGatewayNode(`G${index + 1}`, ports, environment, finished);
  const [first, ...others] = await Promise.all([
    startGateway(0),
    ...Array.from({ length: options.gateways - 1 }, (_, index) => startGateway(index + 1)),
  ]);
  const gateways = [first, ...others] as const;
  const run = randomUUID();
  const publisher = createPublisher(run, await redis.publishers());
  finished(publisher.close);
  const clients = gateways.flatMap((_, index) => openClients(gateways, index, finished));
  await until(() => clients.every(({ history }) => history.stays.length > 0));
  const history = (): History => ({
    run,
    publications: publisher.publications,
    clients: clients.map((client) => client.history),
  });
  return { redis, auth, gateways, clients, publisher, history, finished };
}

function startRedis({ redis, redisArgs = [] }: SiteOptions, finished: Finished): Promise<RedisNode> {
  if (redis === 'sentinels') return startSentinels(finished);
  return redis === 'cluster' ? startCluster(finished) : startRedisNode(finished, [...redisArgs]);
}

/** Clients of all transports, on the gateway with this index to begin with. */
function openClients(gateways: readonly GatewayNode[], first: number, finished: Finished): LedgerClient[] {
  const urls = [...gateways.slice(first), ...gateways.slice(0, first)].map(({ url }) => url);
  return Array.from({ length: CLIENTS_PER_GATEWAY }, (_, index) => {
    const user = USERS[(first * CLIENTS_PER_GATEWAY + index) % USERS.length] ?? USERS[0];
    const transports = TRANSPORTS[index % TRANSPORTS.length] ?? [];
    const client = openClient({ urls, user, token: tokenOf(user), options: { transports } });
    finished(client.close);
    return client;
  });
}
