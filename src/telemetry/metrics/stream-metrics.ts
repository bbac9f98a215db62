import { RESET_REASONS } from '../../durable/reset-reasons.ts';
import type { Instruments } from './instruments.ts';

export type StreamMetrics = ReturnType<typeof streamMetrics>;

/** Durable routes. */
export function streamMetrics({ counter, counterBy, histogram }: Instruments) {
  return {
    resumes: counter(
      'gateway_stream_resumes_total',
      'Clients that went live on a durable route, by result: ring, redis, or reset.',
      ['route', 'result'],
    ),
    resets: counterBy(
      'gateway_stream_resets_total',
      'The resets among them, on all routes, by reason.',
      'reason',
      RESET_REASONS,
    ),
    replayed: counter('gateway_stream_replayed_events_total', 'Events sent to clients that had missed them.', [
      'route',
    ]),
    replayDuration: histogram(
      'gateway_stream_replay_seconds',
      'Time until a client was live.',
      [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    ),
    historyLost: counter(
      'gateway_stream_history_lost_total',
      'Times that Redis no longer had what was read, or was still to be read; clients are told.',
      ['route'],
    ),
    streamFailures: counter('gateway_stream_failures_total', 'Times that a stream could not be read.', ['route']),
  };
}

export function startStreamAtZero(metrics: StreamMetrics, route: string): void {
  for (const result of ['ring', 'redis', 'reset']) metrics.resumes.inc({ route, result }, 0);
  for (const metric of [metrics.historyLost, metrics.replayed, metrics.streamFailures]) metric.inc({ route }, 0);
}
