import { DROP_REASONS } from '../../dispatch/drop-reasons.ts';
import type { ReloadEvents } from '../../reload/reload.ts';
import type { Instruments } from './instruments.ts';
import { startStreamAtZero, type StreamMetrics } from './stream-metrics.ts';

export type RouteMetrics = ReturnType<typeof routeMetrics>;

/** What became of messages. */
export function routeMetrics({ counter, rows, histogram }: Instruments) {
  const routes = rows('route', zeroes);
  const events = rows('event', () => ({ broadcasts: 0 }));
  return {
    /** For the counters with nothing but a route: to be added to. */
    routes,
    /** The same by event. */
    events,
    pubsubReceived: counter('redis_pubsub_messages_received_total', 'Messages that arrived from Redis.'),
    noRoute: counter('gateway_messages_without_route_total', 'Messages of a channel that no route names.'),
    broadcasts: events.counter('broadcasts', 'websocket_broadcasts_total', 'Messages delivered as this event.'),
    received: routes.counter(
      'received',
      'gateway_route_received_total',
      'Messages of a route: delivered + not here + dropped.',
    ),
    delivered: routes.counter(
      'delivered',
      'gateway_route_delivered_total',
      'Messages with a recipient on this instance.',
    ),
    notHere: routes.counter(
      'notHere',
      'gateway_route_not_here_total',
      'Messages whose recipients have no socket on this instance.',
    ),
    dropped: counter('gateway_route_dropped_total', 'Messages that went nowhere, by reason.', ['route', 'reason']),
    recipients: routes.counter(
      'recipients',
      'gateway_route_recipients_total',
      'Sockets that messages of a route went to.',
    ),
    skippedIds: routes.counter(
      'skippedIds',
      'gateway_route_skipped_ids_total',
      'Values in target fields that are no user ids.',
    ),
    lagSeconds: routes.counter('lagSeconds', 'gateway_route_lag_seconds_total', 'The same of a route, added up.'),
    timed: routes.counter(
      'timed',
      'gateway_route_timed_messages_total',
      'Delivered messages of a route that told their time.',
    ),
    ...timeMetrics(histogram),
    ...asideMetrics(counter),
    lastMessage: routes.moment(
      'lastMessage',
      'gateway_route_last_message_timestamp_seconds',
      'When the last message of a route came, in seconds since 1970; absent before the first.',
    ),
  };
}

function timeMetrics(histogram: Instruments['histogram']) {
  return {
    lag: histogram(
      'gateway_lag_seconds',
      'Time from publication, by the clock of the publisher, until a message was handed to its sockets.',
      [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    ),
    dispatchDuration: histogram(
      'gateway_dispatch_duration_seconds',
      'Time from the arrival of a message until it was handed to its sockets, on all its routes.',
      [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1],
    ),
  };
}

/** Of messages that were only tried, or kept. */
function asideMetrics(counter: Instruments['counter']) {
  return {
    shadowMessages: counter(
      'gateway_shadow_messages_total',
      'Messages of a shadow route, by what would have become of them: delivered, not-here or a drop reason.',
      ['route', 'outcome'],
    ),
    shadowRecipients: counter('gateway_shadow_recipients_total', 'Sockets that a shadow route would have sent to.', [
      'route',
    ]),
    quarantined: counter(
      'gateway_quarantine_total',
      'Messages that a route with on_invalid: quarantine could not take, by result: kept, known (kept a moment ago), held-back (too many), failed.',
      ['route', 'result'],
    ),
    schemaNext: counter('gateway_schema_next_total', 'Messages held against schema_next too, by verdict.', [
      'route',
      'verdict',
    ]),
  };
}

const zeroes = () => ({
  received: 0,
  delivered: 0,
  notHere: 0,
  recipients: 0,
  skippedIds: 0,
  lagSeconds: 0,
  timed: 0,
  lastMessage: 0,
});

const TRIAL_VERDICTS = ['same', 'would-drop', 'would-pass'];
const QUARANTINE_RESULTS = ['kept', 'known', 'held-back', 'failed'];

type StartingRoute = Parameters<ReloadEvents['planLoaded']>[0][number];

/** The series of these routes: a counter that appears with its first event hides that event from rate(). */
export function startRoutesAtZero(metrics: RouteMetrics & StreamMetrics, routes: readonly StartingRoute[]): void {
  for (const route of routes) {
    if (route.checkNext)
      for (const verdict of TRIAL_VERDICTS) metrics.schemaNext.inc({ route: route.name, verdict }, 0);
    if (route.shadow) startShadow(metrics, route);
    else startLive(metrics, route);
    if (route.stream) startStreamAtZero(metrics, route.name);
  }
}

function startShadow(metrics: RouteMetrics, { name: route, stream }: StartingRoute): void {
  metrics.shadowRecipients.inc({ route }, 0);
  for (const outcome of ['delivered', 'not-here', ...dropsOf(stream)])
    metrics.shadowMessages.inc({ route, outcome }, 0);
}

function startLive(metrics: RouteMetrics, live: StartingRoute): void {
  const route = live.name;
  for (const metric of [metrics.received, metrics.delivered, metrics.notHere, metrics.recipients, metrics.skippedIds])
    metric.inc({ route }, 0);
  if (live.onInvalid === 'quarantine')
    for (const result of QUARANTINE_RESULTS) metrics.quarantined.inc({ route, result }, 0);
  for (const reason of dropsOf(live.stream)) metrics.dropped.inc({ route, reason }, 0);
  if (live.kind === 'event') metrics.broadcasts.inc({ event: live.event }, 0);
}

/** Those of CloudEvents and optional targets appear with the first; few routes have them. */
const RARE = new Set<string>(['no-route', 'not-cloudevent', 'nobody']);
const OF_STREAMS = new Set<string>(['no-payload', 'duplicate']);

function dropsOf(stream: StartingRoute['stream']): string[] {
  return DROP_REASONS.filter((reason) => !RARE.has(reason) && (stream !== undefined || !OF_STREAMS.has(reason)));
}
