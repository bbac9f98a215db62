import type { Instruments } from './instruments.ts';

/** What is read off when Prometheus asks, instead of being counted along. */
export interface Readings {
  connections(): number;
  users(): readonly string[];
  source(): 'disconnected' | 'subscribing' | 'subscribed';
  draining(): boolean;
  queuedBytes(): number;
  /** Calls to the auth service. */
  authCalls: { underWay(): number; waiting(): number };
}

export function exportReadings({ reading }: Instruments, readings: Readings): void {
  reading('websocket_connections', 'Connections open now.', () => readings.connections());
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
  reading('gateway_ready', '1 while /health/ready says so.', () =>
    Number(readings.source() === 'subscribed' && !readings.draining()),
  );
}
