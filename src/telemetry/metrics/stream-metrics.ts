import { RESET_REASONS } from '../../durable/reset-reasons.ts';
import type { Instruments } from './instruments.ts';

export type StreamMetrics = ReturnType<typeof streamMetrics>;

/** Creates the metrics of durable routes. */
export function streamMetrics({ counter, counterBy, histogram }: Instruments) {
  return {
    resumes: counter(
      'gateway_stream_resumes_total',
      'Clients that went live on a durable route, by result: ring, redis, or reset.',
      ['route', 'result'],
    ),
    resets: counterBy(
      'gateway_stream_resets_total',
      'Clients that received gateway:reset on a durable route, by reason.',
      'reason',
      RESET_REASONS,
    ),
    replayed: counter('gateway_stream_replayed_events_total', 'Events replayed to clients that had missed them.', [
      'route',
    ]),
    replayDuration: histogram(
      'gateway_stream_replay_seconds',
      'Time until a client was live on a durable route, in seconds.',
      [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    ),
    historyLost: counter(
      'gateway_stream_history_lost_total',
      'Times that Redis lost entries that were read or still to be read; clients receive gateway:reset.',
      ['route'],
    ),
    streamFailures: counter('gateway_stream_failures_total', 'Times that a stream could not be read.', ['route']),
  };
}

export function startStreamAtZero(metrics: StreamMetrics, route: string): void {
  for (const result of ['ring', 'redis', 'reset']) metrics.resumes.inc({ route, result }, 0);
  for (const metric of [metrics.historyLost, metrics.replayed, metrics.streamFailures]) metric.inc({ route }, 0);
}
