import { startClusterSet, type ClusterNode } from '../redis/cluster-set.ts';
import { NAME, startSentinelSet } from '../redis/sentinel-set.ts';
import type { Finished, RedisNode } from './nodes.ts';

const HOST = '127.0.0.1';
const listOf = (ports: readonly number[]): string => ports.map((port) => `${HOST}:${port}`).join();

/** A set continues without the server that failed. */
const LEFT_BEHIND = {
  start: () => Promise.reject(new Error('nobody starts it again')),
  command: () => Promise.reject(new Error('it has several servers')),
};

/** A master, its replica and three sentinels; what befalls it befalls the master. */
export async function startSentinels(finished: Finished): Promise<RedisNode> {
  const { master, sentinelPorts } = await startSentinelSet({ finished });
  const sentinels = sentinelPorts.map((port) => ({ host: HOST, port }));
  return {
    ...LEFT_BEHIND,
    port: master.port,
    url: `redis+sentinel://${listOf(sentinelPorts)}/${NAME}`,
    publishers: () => Promise.resolve({ sentinels, name: NAME, failoverDetector: true }),
    kill: () => master.stop(),
    hang: () => master.hang(),
    resume: () => master.resume(),
  };
}

/** Three masters; what befalls it befalls one where a gateway subscribes. */
export async function startCluster(finished: Finished): Promise<RedisNode> {
  const { nodes, subscribedNode } = await startClusterSet(() => [], {}, finished);
  const ports = nodes.map(({ port }) => port);
  let struck: ClusterNode | undefined;
  return {
    ...LEFT_BEHIND,
    port: ports[0] ?? 0,
    url: `redis+cluster://${listOf(ports)}`,
    async publishers() {
      const { node, others } = await subscribedNode();
      struck = node;
      // Wherever it is published, each node passes it on.
      return { host: HOST, port: others[0]?.port ?? 0 };
    },
    kill: async () => struck?.stop(),
    hang: () => struck?.hang(),
    resume: () => struck?.resume(),
  };
}
