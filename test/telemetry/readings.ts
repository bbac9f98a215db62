import { connectionKinds } from '../../src/sockets/lifecycle/connection-kinds.ts';

/** What a gateway without clients has to read off; with a durable route, one stream. */
export function quietReadings(route?: string) {
  return {
    connections: () => connectionKinds([]),
    maxConnections: 1,
    users: () => [],
    redisProbed: () => true,
    redisProblem: () => undefined,
    source: () => 'subscribed' as const,
    draining: () => false,
    queuedBytes: () => 0,
    unreadStreams: () => [],
    streams: { readings: () => (route === undefined ? [] : [{ route, ringBytes: 1, lagSeconds: 1, waiting: 1 }]) },
    authCalls: { underWay: () => 0, waiting: () => 0 },
  };
}
