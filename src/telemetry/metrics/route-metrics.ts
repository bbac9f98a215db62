import { DROP_REASONS } from '../../dispatch/drop-reasons.ts';
import type { ReloadEvents } from '../../reload/reload.ts';
import type { CounterRows } from './counter-rows.ts';
import type { Instruments } from './instruments.ts';
import { PassedOverCounts } from './passed-over.ts';
import { startStreamAtZero, type StreamMetrics } from './stream-metrics.ts';

export type RouteMetrics = ReturnType<typeof routeMetrics>;

/** Creates the metrics of messages: received, delivered, dropped, and how long that took. */
export function routeMetrics({ counter, rows, histogram }: Instruments) {
  const passing = new PassedOverCounts();
  const completePassedOver = () => passing.flush(countPassedOver);
  const routes = rows('route', zeroes, completePassedOver);
  const events = rows('event', () => ({ broadcasts: 0 }));
  const outcomes = outcomeMetrics(routes, counter);
  // After the outcomes: a scrape reads metrics in this order, and the first of them completes the counts.
  const trials = trialMetrics(counter);
  function countPassedOver({ name, shadow }: { name: string; shadow: boolean }, messages: number): void {
    if (shadow) return trials.shadowMessages.inc({ route: name, outcome: 'passed-over' }, messages);
    const row = routes.of(name);
    row.received += messages;
    row.passedOver += messages;
  }
  return {
    /** Messages that routes with `when` pass over. */
    passing,
    completePassedOver,
    /** Rows of the counters whose only label is the route; callers add to them. */
    routes,
    /** Rows of the counters whose only label is the event. */
    events,
    pubsubReceived: counter('redis_pubsub_messages_received_total', 'Messages received from Redis.'),
    noRoute: counter('gateway_messages_without_route_total', 'Messages of channels without a route.'),
    messagesPassedOver: counter(
      'gateway_messages_passed_over_total',
      'Messages that all routes of their channel pass over.',
    ),
    broadcasts: events.counter('broadcasts', 'websocket_broadcasts_total', 'Messages delivered as this event.'),
    ...outcomes,
    recipients: routes.counter(
      'recipients',
      'gateway_route_recipients_total',
      'Sockets that received messages of a route, summed.',
    ),
    skippedIds: routes.counter(
      'skippedIds',
      'gateway_route_skipped_ids_total',
      'Values in target fields that are not user ids.',
    ),
    lagSeconds: routes.counter(
      'lagSeconds',
      'gateway_route_lag_seconds_total',
      'Sum of message lag per route, in seconds.',
    ),
    timed: routes.counter(
      'timed',
      'gateway_route_timed_messages_total',
      'Delivered messages of a route that carry their publication time.',
    ),
    ...timeMetrics(histogram),
    ...trials,
    lastMessage: routes.moment(
      'lastMessage',
      'gateway_route_last_message_timestamp_seconds',
      'Time of the last message of a route, in seconds since 1970; absent before the first.',
    ),
  };
}

type RouteRows = CounterRows<keyof ReturnType<typeof zeroes>>;

function outcomeMetrics(routes: RouteRows, counter: Instruments['counter']) {
  return {
    received: routes.counter(
      'received',
      'gateway_route_received_total',
      'Messages received for a route: delivered + not here + dropped + passed over.',
    ),
    delivered: routes.counter(
      'delivered',
      'gateway_route_delivered_total',
      'Messages with a recipient on this instance.',
    ),
    notHere: routes.counter(
      'notHere',
      'gateway_route_not_here_total',
      'Messages without a recipient on this instance.',
    ),
    passedOver: routes.counter(
      'passedOver',
      'gateway_route_passed_over_total',
      'Messages that a route passes over: its when does not hold.',
    ),
    dropped: counter('gateway_route_dropped_total', 'Messages dropped, by reason.', ['route', 'reason']),
  };
}

function timeMetrics(histogram: Instruments['histogram']) {
  return {
    lag: histogram(
      'gateway_lag_seconds',
      'Time from publication, by the clock of the publisher, until a message was written to its sockets, in seconds.',
      [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    ),
    dispatchDuration: histogram(
      'gateway_dispatch_duration_seconds',
      'Time from the receipt of a message until it was written to its sockets, on all its routes, in seconds.',
      [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1],
    ),
  };
}

/** Creates the metrics of shadow routes, quarantine and schema_next. */
function trialMetrics(counter: Instruments['counter']) {
  return {
    shadowMessages: counter(
      'gateway_shadow_messages_total',
      'Messages of a shadow route, by the outcome that they would have: delivered, not-here, passed-over or a drop reason.',
      ['route', 'outcome'],
    ),
    shadowRecipients: counter(
      'gateway_shadow_recipients_total',
      'Sockets that a shadow route would have sent to, summed.',
      ['route'],
    ),
    quarantined: counter(
      'gateway_quarantine_total',
      'Invalid messages of routes with on_invalid: quarantine, by result: kept, known (kept a moment ago), held-back (too many), failed.',
      ['route', 'result'],
    ),
    schemaNext: counter('gateway_schema_next_total', 'Messages also validated against schema_next, by verdict.', [
      'route',
      'verdict',
    ]),
  };
}

const zeroes = () => ({
  received: 0,
  delivered: 0,
  notHere: 0,
  passedOver: 0,
  recipients: 0,
  skippedIds: 0,
  lagSeconds: 0,
  timed: 0,
  lastMessage: 0,
});

const TRIAL_VERDICTS = ['same', 'would-drop', 'would-pass'];
const QUARANTINE_RESULTS = ['kept', 'known', 'held-back', 'failed'];

type StartingRoute = Parameters<ReloadEvents['planLoaded']>[0][number];

/** Creates the series of these routes at zero: a counter that appears with its first event hides that event from rate(). */
export function startRoutesAtZero(metrics: RouteMetrics & StreamMetrics, routes: readonly StartingRoute[]): void {
  // Without scrapes the counts would keep the routes of each old plan in memory.
  metrics.completePassedOver();
  for (const route of routes) {
    if (route.checkNext)
      for (const verdict of TRIAL_VERDICTS) metrics.schemaNext.inc({ route: route.name, verdict }, 0);
    if (route.shadow) startShadow(metrics, route);
    else startLive(metrics, route);
    if (route.stream) startStreamAtZero(metrics, route.name);
  }
}

function startShadow(metrics: RouteMetrics, { name: route, when, stream }: StartingRoute): void {
  metrics.shadowRecipients.inc({ route }, 0);
  for (const outcome of ['delivered', 'not-here', ...(when ? ['passed-over'] : []), ...dropsOf(stream)])
    metrics.shadowMessages.inc({ route, outcome }, 0);
}

function startLive(metrics: RouteMetrics, live: StartingRoute): void {
  const route = live.name;
  for (const metric of [metrics.received, metrics.delivered, metrics.notHere, metrics.recipients, metrics.skippedIds])
    metric.inc({ route }, 0);
  if (live.when) metrics.passedOver.inc({ route }, 0);
  if (live.onInvalid === 'quarantine')
    for (const result of QUARANTINE_RESULTS) metrics.quarantined.inc({ route, result }, 0);
  for (const reason of dropsOf(live.stream)) metrics.dropped.inc({ route, reason }, 0);
  if (live.kind === 'event') metrics.broadcasts.inc({ event: live.event }, 0);
}

/** Reasons of envelopes and optional targets, whose series appear with the first drop: few routes have them. */
const RARE = new Set<string>(['no-route', 'not-cloudevent', 'not-laravel', 'nobody']);
const STREAM_ONLY = new Set<string>(['no-payload', 'duplicate']);

function dropsOf(stream: StartingRoute['stream']): string[] {
  return DROP_REASONS.filter((reason) => !RARE.has(reason) && (stream !== undefined || !STREAM_ONLY.has(reason)));
}
