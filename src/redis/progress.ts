import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './client.ts';

/** Bytes that came from Redis on the present connections: while this grows an answer is on its way, however slow the link. */
export function receivedBytes(redis: RedisClient): number {
  return bytesOf(connectionsOf(redis));
}

export interface Watched<T> {
  readonly answer: Promise<T>;
  /** What has come from the servers that got the commands: in a cluster the others prove nothing. */
  readonly progress: () => number;
  /** Whether the connection that carries the answer is still there. */
  readonly isConnected: () => boolean;
}

/** Sends commands. Where their connection ends, the client forgets them without a word: no progress is seen then. */
export function sendWatched<T>(redis: RedisClient, act: (redis: RedisClient) => Promise<T>): Watched<T> {
  const before = connectionsOf(redis).map((node) => ({
    node,
    stream: node.stream,
    waiting: node.commandQueue.length,
  }));
  const answer = act(redis);
  const asked = before.filter(({ node, waiting }) => node.commandQueue.length > waiting);
  const connected = (): Redis[] => asked.filter(({ node, stream }) => node.stream === stream).map(({ node }) => node);
  return { answer, progress: () => bytesOf(connected()), isConnected: () => connected().length > 0 };
}

function connectionsOf(redis: RedisClient): readonly Redis[] {
  return redis instanceof Cluster ? redis.nodes('all') : [redis];
}

function bytesOf(connections: readonly Redis[]): number {
  return connections.reduce((sum, { status, stream }) => sum + (status === 'ready' ? stream.bytesRead : 0), 0);
}
