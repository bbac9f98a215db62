import type { ConnectionKind } from '../../sockets/lifecycle/connection-kinds.ts';
import type { Instruments } from './instruments.ts';

/** What is read off when Prometheus asks, instead of being counted along. */
export interface GaugeReadings {
  connections(): readonly ConnectionKind[];
  /** As many as may be open. */
  readonly maxConnections: number;
  users(): readonly string[];
  redisProbed(): boolean;
  source(): 'disconnected' | 'subscribing' | 'subscribed';
  draining(): boolean;
  queuedBytes(): number;
  /** Durable routes whose streams are not read. */
  unreadStreams(): readonly string[];
  streams: { readings(): readonly { route: string; ringBytes: number; lagSeconds: number; waiting: number }[] };
  /** Calls to the auth service. */
  authCalls: { underWay(): number; waiting(): number };
}

export function exportGauges(instruments: Instruments, readings: GaugeReadings): void {
  const { reading, readingBy } = instruments;
  readingBy('websocket_connections', 'Connections open now.', ['transport', 'identity'], () =>
    readings.connections().map(({ count, ...labels }) => [labels, count]),
  );
  reading('websocket_connections_limit', 'Connections that may be open at most.', () => readings.maxConnections);
  reading('websocket_users', 'Distinct users connected now.', () => readings.users().length);
  reading('websocket_queued_bytes', 'Bytes that wait for clients that read slowly.', () => readings.queuedBytes());
  reading('gateway_auth_calls_under_way', 'Calls to the auth service that are not answered yet; 64 at most.', () =>
    readings.authCalls.underWay(),
  );
  reading('gateway_auth_calls_waiting', 'Tokens that wait for such a call; 2000 at most, for 2 s at most.', () =>
    readings.authCalls.waiting(),
  );
  reading('gateway_redis_up', '1 while every channel is subscribed and Redis answers.', () =>
    Number(readings.source() === 'subscribed'),
  );
  reading('gateway_redis_probed', '1 while probes prove that nothing passes unheard.', () =>
    Number(readings.redisProbed()),
  );
  reading('gateway_ready', '1 while /health/ready says so.', () =>
    Number(readings.source() === 'subscribed' && readings.unreadStreams().length === 0 && !readings.draining()),
  );
  exportStreams(instruments, readings);
}

function exportStreams({ readingBy }: Instruments, { streams }: GaugeReadings): void {
  readingBy('gateway_stream_ring_bytes', 'Memory of the last entries, about.', ['route'], () =>
    streams.readings().map(({ route, ringBytes }) => [{ route }, ringBytes]),
  );
  readingBy('gateway_stream_lag_seconds', 'Age of the newest entry when it was read.', ['route'], () =>
    streams.readings().map(({ route, lagSeconds }) => [{ route }, lagSeconds]),
  );
  readingBy('gateway_stream_replays_waiting', 'Clients that wait for Redis to be read for them.', ['route'], () =>
    streams.readings().map(({ route, waiting }) => [{ route }, waiting]),
  );
}
