import type { ConnectionKind } from '../../sockets/lifecycle/connection-kinds.ts';
import type { Instruments } from './instruments.ts';

/** Values that are read at each scrape instead of being counted. */
export interface GaugeReadings {
  connections(): readonly ConnectionKind[];
  /** The highest number of open connections that is allowed. */
  readonly maxConnections: number;
  users(): readonly string[];
  redisProbed(): boolean;
  source(): 'disconnected' | 'subscribing' | 'subscribed';
  draining(): boolean;
  queuedBytes(): number;
  /** Names of durable routes whose streams cannot be read. */
  unreadStreams(): readonly string[];
  streams: { readings(): readonly { route: string; ringBytes: number; lagSeconds: number; waiting: number }[] };
  /** Calls to the auth service. */
  authCalls: { underWay(): number; waiting(): number };
}

export function exportGauges(instruments: Instruments, readings: GaugeReadings): void {
  const { reading, readingBy } = instruments;
  readingBy('websocket_connections', 'Open connections.', ['transport', 'identity'], () =>
    readings.connections().map(({ count, ...labels }) => [labels, count]),
  );
  reading('websocket_connections_limit', 'Highest number of open connections.', () => readings.maxConnections);
  reading('websocket_users', 'Distinct connected users.', () => readings.users().length);
  reading('websocket_queued_bytes', 'Bytes queued for slow clients.', () => readings.queuedBytes());
  reading('gateway_auth_calls_under_way', 'Calls to the auth service under way; 64 at most.', () =>
    readings.authCalls.underWay(),
  );
  reading(
    'gateway_auth_calls_waiting',
    'Tokens that wait for a call to the auth service; 2000 at most, for 2 s at most.',
    () => readings.authCalls.waiting(),
  );
  reading('gateway_redis_up', '1 while every channel is subscribed and Redis answers.', () =>
    Number(readings.source() === 'subscribed'),
  );
  reading('gateway_redis_probed', '1 while Redis delivery probes succeed.', () => Number(readings.redisProbed()));
  reading('gateway_ready', '1 while /health/ready answers 200.', () =>
    Number(readings.source() === 'subscribed' && readings.unreadStreams().length === 0 && !readings.draining()),
  );
  exportStreams(instruments, readings);
}

function exportStreams({ readingBy }: Instruments, { streams }: GaugeReadings): void {
  readingBy('gateway_stream_ring_bytes', 'Approximate memory of the ring of recent entries.', ['route'], () =>
    streams.readings().map(({ route, ringBytes }) => [{ route }, ringBytes]),
  );
  readingBy('gateway_stream_lag_seconds', 'Age of the newest entry when it was read.', ['route'], () =>
    streams.readings().map(({ route, lagSeconds }) => [{ route }, lagSeconds]),
  );
  readingBy('gateway_stream_replays_waiting', 'Clients that wait for a replay from Redis.', ['route'], () =>
    streams.readings().map(({ route, waiting }) => [{ route }, waiting]),
  );
}
