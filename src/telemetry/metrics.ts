import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { ANSWER_SOURCES } from '../auth/authenticator.ts';
import { REJECTIONS } from '../auth/rejection.ts';
import { DROP_REASONS } from '../dispatch/drop-reasons.ts';
import type { ReloadEvents } from '../reload.ts';
import { GAP_REASONS } from '../source/gap.ts';
import { CUT_CAUSES } from '../sockets/slow-readers.ts';

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

const RELOAD_OUTCOMES = ['applied', 'unchanged', 'refused', 'needs-restart'];

/** Gauges that prom-client calls totals: promtool refuses them. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

export type Metrics = ReturnType<typeof createMetrics>;

/** Every series the gateway exports. Labels are route names, events and codes from closed lists: never ids. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const counter = counters(registry);

  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return {
    registry,
    connectionsOpened: counter('websocket_connections_opened_total', 'Connections accepted.', ['identity']),
    connectionsClosed: counter(
      'websocket_connections_closed_total',
      'Connections that ended, by the reason Socket.IO gives.',
      ['reason'],
    ),
    connectionsFailed: counter('websocket_connections_failed_total', 'Connections refused, by rejection.', [
      'rejection',
    ]),
    connectionDuration: new Histogram({
      name: 'websocket_connection_duration_seconds',
      help: 'How long connections were open.',
      buckets: [1, 10, 60, 300, 1800, 3600, 14_400, 86_400],
      registers,
    }),
    clientEvents: counter('websocket_messages_received_total', 'Events that clients sent.', ['kind']),
    clientEventFailures: counter('websocket_message_failures_total', 'Events of clients whose handling failed.'),
    slowClientsCut: counter(
      'websocket_slow_clients_cut_total',
      'Clients cut off because they did not read, by cause: bytes, age or stalled.',
      ['cause'],
    ),
    superseded: counter(
      'websocket_events_superseded_total',
      'Events that waited for a slow client and gave way to a newer one of the same key.',
    ),
    sent: counter('websocket_messages_sent_total', 'Events written to sockets.'),
    broadcasts: counter('websocket_broadcasts_total', 'Messages delivered as this event.', ['event']),
    pubsubReceived: counter('redis_pubsub_messages_received_total', 'Messages that arrived from Redis.'),
    noRoute: counter('gateway_messages_without_route_total', 'Messages of a channel that no route names.'),
    ...routeMetrics(registry),
    authAnswers: counter(
      'gateway_auth_answers_total',
      'Tokens asked about, by what answered: service, shared (the call of another client with the same token) or cache.',
      ['source'],
    ),
    authCalls: counter('gateway_auth_calls_total', 'Calls to the auth service, by answer.', ['answer']),
    authDuration: new Histogram({
      name: 'gateway_auth_call_duration_seconds',
      help: 'Time until the auth service answered, or did not.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2],
      registers,
    }),
    reloads: counter('gateway_reloads_total', 'Times the routes were read anew, by how it ended.', ['outcome']),
    gaps: counter('gateway_gaps_total', 'Times that messages may have passed unheard, by reason.', ['reason']),
    gapSeconds: counter(
      'gateway_gap_seconds_total',
      'Seconds in which messages may have passed unheard, counted when they are over.',
    ),
  };
}

type CreateCounter = <L extends string>(name: string, help: string, labelNames?: readonly L[]) => Counter<L>;

function counters(registry: Registry): CreateCounter {
  return (name, help, labelNames = []) => new Counter({ name, help, labelNames, registers: [registry] });
}

/** What became of messages, by route. */
function routeMetrics(registry: Registry) {
  const registers = [registry];
  const counter = counters(registry);
  return {
    received: counter('gateway_route_received_total', 'Messages of a route: delivered + not here + dropped.', [
      'route',
    ]),
    delivered: counter('gateway_route_delivered_total', 'Messages with a recipient on this instance.', ['route']),
    notHere: counter('gateway_route_not_here_total', 'Messages whose recipients have no socket on this instance.', [
      'route',
    ]),
    dropped: counter('gateway_route_dropped_total', 'Messages that went nowhere, by reason.', ['route', 'reason']),
    recipients: counter('gateway_route_recipients_total', 'Sockets that messages of a route went to.', ['route']),
    skippedIds: counter('gateway_route_skipped_ids_total', 'Values in target fields that are no user ids.', ['route']),
    shadowMessages: counter(
      'gateway_shadow_messages_total',
      'Messages of a shadow route, by what would have become of them: delivered, not-here or a drop reason.',
      ['route', 'outcome'],
    ),
    shadowRecipients: counter('gateway_shadow_recipients_total', 'Sockets that a shadow route would have sent to.', [
      'route',
    ]),
    schemaNext: counter('gateway_schema_next_total', 'Messages held against schema_next too, by verdict.', [
      'route',
      'verdict',
    ]),
    lastMessage: new Gauge({
      name: 'gateway_route_last_message_timestamp_seconds',
      help: 'When the last message of a route came, in seconds since 1970; absent before the first.',
      labelNames: ['route'],
      registers,
    }),
  };
}

/** Gauges are read from their source at each scrape, so that they cannot drift. */
export function exportReadings(registry: Registry, readings: Readings): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    const instrument: Gauge = new Gauge({ name, help, registers: [], collect: () => instrument.set(read()) });
    registry.registerMetric(instrument);
  };
  gauge('websocket_connections', 'Connections open now.', () => readings.connections());
  gauge('websocket_users', 'Distinct users connected now.', () => readings.users().length);
  gauge('websocket_queued_bytes', 'Bytes that wait for clients that read slowly.', () => readings.queuedBytes());
  gauge('gateway_auth_calls_under_way', 'Calls to the auth service that are not answered yet; 64 at most.', () =>
    readings.authCalls.underWay(),
  );
  gauge('gateway_auth_calls_waiting', 'Tokens that wait for such a call; 2000 at most, for 2 s at most.', () =>
    readings.authCalls.waiting(),
  );
  gauge('gateway_redis_up', '1 while every channel is subscribed and Redis answers.', () =>
    Number(readings.source() === 'subscribed'),
  );
  gauge('gateway_ready', '1 while /health/ready says so.', () =>
    Number(readings.source() === 'subscribed' && !readings.draining()),
  );
}

const TRIAL_VERDICTS = ['same', 'would-drop', 'would-pass'];

type StartingRoute = Parameters<ReloadEvents['planLoaded']>[0][number];

function startShadow(metrics: Metrics, route: string): void {
  metrics.shadowRecipients.inc({ route }, 0);
  for (const outcome of ['delivered', 'not-here', ...DROP_REASONS])
    if (outcome !== 'no-route') metrics.shadowMessages.inc({ route, outcome }, 0);
}

/** Series that exist from the start: a counter that appears with its first event hides that event from rate(). */
export function startAtZero(metrics: Metrics, routes: readonly StartingRoute[]): void {
  for (const route of routes) {
    if (route.checkNext)
      for (const verdict of TRIAL_VERDICTS) metrics.schemaNext.inc({ route: route.name, verdict }, 0);
    if (route.shadow) {
      startShadow(metrics, route.name);
      continue;
    }
    for (const metric of [metrics.received, metrics.delivered, metrics.notHere, metrics.recipients, metrics.skippedIds])
      metric.inc({ route: route.name }, 0);
    for (const reason of DROP_REASONS) if (reason !== 'no-route') metrics.dropped.inc({ route: route.name, reason }, 0);
    metrics.broadcasts.inc({ event: route.event }, 0);
  }
  for (const code of Object.keys(REJECTIONS)) metrics.connectionsFailed.inc({ rejection: code }, 0);
  for (const identity of ['user', 'anonymous']) metrics.connectionsOpened.inc({ identity }, 0);
  for (const cause of CUT_CAUSES) metrics.slowClientsCut.inc({ cause }, 0);
  for (const reason of GAP_REASONS) metrics.gaps.inc({ reason }, 0);
  for (const outcome of RELOAD_OUTCOMES) metrics.reloads.inc({ outcome }, 0);
  for (const source of ANSWER_SOURCES) metrics.authAnswers.inc({ source }, 0);
  for (const answer of ['valid', 'invalid', 'unavailable']) metrics.authCalls.inc({ answer }, 0);
}
