import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DROP_REASONS, type DropReason } from '../../src/dispatch/drop-reasons.ts';
import { dropped, type LiveOutcome, type Outcome } from '../../src/dispatch/outcome.ts';
import { HISTORY_LOSSES, RESET_REASONS } from '../../src/durable/reset-reasons.ts';
import type { Route } from '../../src/routes/plan.ts';
import { createConnectionEvents } from '../../src/telemetry/events/connection-events.ts';
import { createDurableEvents } from '../../src/telemetry/events/durable-events.ts';
import { createLogger } from '../../src/telemetry/logging/logger.ts';
import { createMessageEvents } from '../../src/telemetry/events/message-events.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics/metrics.ts';
import { createQuarantineEvents } from '../../src/telemetry/events/quarantine-events.ts';
import { startRoutesAtZero } from '../../src/telemetry/metrics/route-metrics.ts';
import { startTracing } from '../../src/telemetry/tracing/tracing.ts';
import { stageDispatch } from '../dispatch/stage.ts';
import { quietReadings } from './readings.ts';
import { handledMessage } from '../support/handled-message.ts';

const ORDER = { type: 'object', required: ['user_id'], properties: { user_id: { type: 'integer' } } };

const PAGE = readFileSync('docs/endpoints-and-metrics.md', 'utf8');
const BOUND =
  /at most (\d+) series, and (\d+) more for each route.*; (\d+) more with `when`, (\d+) more with `on_invalid: quarantine`, (\d+) more with\s`schema_next`, (\d+) more for a durable route/;
const [INSTANCE = 0, EACH = 0, WHEN = 0, QUARANTINE = 0, NEXT = 0, DURABLE = 0] = (BOUND.exec(PAGE) ?? [])
  .slice(1)
  .map(Number);
const BOUNDS: readonly [kind: string, lines: string, more: number][] = [
  ['a plain route', '', 0],
  ['a shadow route', 'shadow: true', 0],
  ['a route with when', 'when: { type: order }', WHEN],
  ['a shadow route with when', 'when: { type: order }\n    shadow: true', WHEN],
  ['a route with quarantine', 'on_invalid: quarantine', QUARANTINE],
  ['a route with schema_next', 'schema_next: ../order.json', NEXT],
  ['a durable route', 'source: stream', DURABLE],
  [
    'a durable route with both',
    'source: stream\n    on_invalid: quarantine\n    schema_next: ../order.json',
    QUARANTINE + NEXT + DURABLE,
  ],
  ['a durable shadow route', 'source: stream\n    shadow: true', DURABLE],
];

function routeOf(lines: string): Route {
  const yaml = `version: 1
envelope: cloudevents
routes:
  orders:
    event: order
    schema: ../order.json
    target: { user: user_id }
    ${lines}
`;
  const [route] = stageDispatch(yaml, { order: ORDER }).plan.routes;
  if (!route) throw new Error('no route');
  return route;
}

/** Whatever a message can come to, with every verdict of the schema that is only tried. */
function outcomesOf(route: Route): Outcome[] {
  const live: LiveOutcome[] = [
    ...(route.kind === 'event' ? [{ kind: 'delivered', route, recipients: 1, skipped: 1 } as const] : []),
    { kind: 'not-here', route, skipped: 0 },
    ...DROP_REASONS.filter((reason) => canDrop(route, reason)).map((reason) => dropped(route, reason)),
  ];
  return live.flatMap((would) => {
    const outcome: Outcome = route.shadow ? { kind: 'shadow', route, would } : would;
    if (!route.checkNext) return [outcome];
    return (['same', 'would-drop', 'would-pass'] as const).map((verdict) => ({
      ...outcome,
      next: { verdict, detail: undefined },
    }));
  });
}

/** Without a route there is none to count it for, a route has one envelope (here CloudEvents), and two reasons are those of streams. */
function canDrop({ stream }: Route, reason: DropReason): boolean {
  if (reason === 'no-route' || reason === 'not-laravel') return false;
  return stream !== undefined || (reason !== 'no-payload' && reason !== 'duplicate');
}

const SILENT = createLogger({ level: 'silent', pretty: false }, { write: () => undefined });

/** All that can happen to a route, happens. */
function everything(metrics: Metrics, route: Route): void {
  startRoutesAtZero(metrics, [route]);
  createMessageEvents(metrics, SILENT, startTracing({}, '0', false)).handled({
    ...handledMessage('orders', '{}', outcomesOf(route)),
    receivedAt: performance.now(),
    publishedAt: Date.now() - 5,
  });
  createMessageEvents(metrics, SILENT, startTracing({}, '0', false)).handled({
    ...handledMessage('orders', '{}', []),
    filtered: route.when ? [route] : [],
  });
  if (route.onInvalid === 'quarantine') {
    const events = createQuarantineEvents(metrics, SILENT);
    for (const isNew of [true, false]) events.quarantined(route.name, isNew);
    events.quarantineHeldBack(route.name);
    events.quarantineFailed(route.name, new Error('no'));
  }
  if (!route.stream) return;
  const events = createDurableEvents(metrics, SILENT);
  for (const result of ['ring', 'redis', ...RESET_REASONS] as const)
    events.resumed(route.name, { result, sent: 1 }, 0.1);
  for (const reason of HISTORY_LOSSES) events.historyLost(route.name, reason);
  events.readFailed(route.name, new Error('no'));
  metrics.read(quietReadings(route.name));
}

/** Those of Socket.IO. */
const CLOSE_REASONS = [
  'transport error',
  'transport close',
  'forced close',
  'ping timeout',
  'parse error',
  'server shutting down',
  'forced server close',
  'client namespace disconnect',
  'server namespace disconnect',
];
/** A histogram for each kind of garbage collection: those that did not happen here may happen elsewhere. */
const COLLECTIONS = 4 * 9;

test('an instance has no more series than the docs say', async () => {
  const metrics = createMetrics();
  const events = createConnectionEvents(metrics, SILENT, startTracing({}, '0', false));
  for (const reason of CLOSE_REASONS) events.closed(reason, 1);
  for (const known of [true, false]) events.clientEvent(known);
  metrics.read(quietReadings());
  const text = await metrics.registry.metrics();
  const series = text.split('\n').filter((line) => /^(?!nodejs_gc_)\w/.test(line));
  expect(series.length).toBeGreaterThan(130);
  expect(series.length + COLLECTIONS).toBeLessThanOrEqual(INSTANCE);
});

test.each(BOUNDS)('%s has no more series than the docs say, whatever happens to it', async (_, lines, more) => {
  const metrics = createMetrics();
  everything(metrics, routeOf(lines));
  const text = await metrics.registry.metrics();
  const series = text.split('\n').filter((line) => /^\w+\{(route="orders"|event="order")/.test(line));
  expect(series.length).toBeGreaterThan(10 + more);
  expect(series.length).toBeLessThanOrEqual(EACH + more);
});
