import type { Field, LoadContest } from '../contest.ts';
import type { Service } from '../services.ts';
import { variantsOf } from './growth.ts';

/** Every message carries a traceparent; its publisher has decided whether the trace is recorded. */
export function tracing({ gateways, mostClients }: Field, spanSink: Pick<Service, 'port'>): LoadContest {
  const crowd = { clients: Math.min(1000, mostClients) };
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${spanSink.port}` };
  return {
    entrants: variantsOf(gateways, [
      { name: 'unsampled', crowd, env, load: { traceparent: '00' } },
      { name: 'sampled', crowd, env, load: { traceparent: '01' } },
      { name: 'off', crowd, load: { traceparent: '00' } },
    ]),
    rows: [
      {
        name: 'tracing',
        title: 'to one of 1k users, traced, 64 in flight',
        unit: 'µs CPU / message',
        load: { kind: 'u', window: 64, size: 300 },
        goal: { reachable: 1.03, stretch: 1.01, limit: 1 },
      },
    ],
  };
}
