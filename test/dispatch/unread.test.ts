import { expect, test } from 'vitest';
import { readMessage, type Published } from '../../src/dispatch/message.ts';
import { originOf } from '../../src/dispatch/origin.ts';
import { createQuarantine, type Quarantined } from '../../src/quarantine/quarantine.ts';
import { compileEnvelope } from '../../src/routes/compile-envelope.ts';
import { createMessageEvents } from '../../src/telemetry/events/message-events.ts';
import { createLogger } from '../../src/telemetry/logging/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics/metrics.ts';
import { startTracing } from '../../src/telemetry/tracing/tracing.ts';
import { LIMITS, stageDispatch } from './stage.ts';

const ROUTES = `version: 1
routes:
  plain: { channel: sales, event: a, schema: ../sale.json, target: broadcast }
  kept: { channel: sales, event: b, schema: ../sale.json, target: broadcast, on_invalid: quarantine }
  also-kept: { channel: sales, event: c, schema: ../sale.json, target: broadcast, on_invalid: quarantine }
  alone: { event: d, schema: ../sale.json, target: broadcast, on_invalid: quarantine }
`;
const SALE = { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } };

/** The message path with its log and its quarantine. */
function stage() {
  const { handled, receive } = stageDispatch(ROUTES, { sale: SALE });
  const lines: unknown[] = [];
  const kept: Quarantined[] = [];
  const logger = createLogger({ level: 'info', pretty: false }, { write: (line) => lines.push(JSON.parse(line)) });
  const metrics = createMetrics();
  const events = createMessageEvents(metrics, logger, startTracing({}, '0', false));
  const quarantine = createQuarantine(
    { keep: async (message) => kept.push(message) > 0 },
    { quarantined() {}, quarantineHeldBack() {}, quarantineFailed() {} },
  );
  return {
    metrics,
    receive(channel: string, text: string) {
      lines.length = kept.length = 0;
      receive(channel, text);
      const message = handled.at(-1);
      if (message === undefined) throw new Error('nothing was handled');
      events.handled(message);
      quarantine.handled(message);
      return { lines, kept: kept.map(({ route }) => route) };
    },
  };
}

test('a message that cannot be read counts on each route, is logged once and kept once', async () => {
  const { metrics, receive } = stage();
  const { lines, kept } = receive('sales', '{');
  expect(lines).toMatchObject([
    { msg: 'message dropped', channel: 'sales', routes: ['plain', 'kept', 'also-kept'], reason: 'not-json' },
  ]);
  expect(kept).toEqual(['kept']);
  const { values } = await metrics.dropped.get();
  expect(values.map(({ labels, value }) => [labels.route, labels.reason, value])).toEqual([
    ['plain', 'not-json', 1],
    ['kept', 'not-json', 1],
    ['also-kept', 'not-json', 1],
  ]);
});

test('a message that breaks the schemas is a fact of each route', () => {
  const { lines, kept } = stage().receive('sales', '{}');
  expect(lines).toMatchObject([{ route: 'plain' }, { route: 'kept' }, { route: 'also-kept' }]);
  expect(kept).toEqual(['kept', 'also-kept']);
});

test('the only route of a channel is named as before', () => {
  const { lines, kept } = stage().receive('alone', '[]');
  expect(lines).toMatchObject([{ channel: 'alone', route: 'alone', reason: 'not-object' }]);
  expect(kept).toEqual(['alone']);
});

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

function published(message: object): Published {
  const read = readMessage(Buffer.from(JSON.stringify(message)), LIMITS);
  if (read.kind === 'unreadable') throw new Error(read.reason);
  return read;
}

test('the trace is that of the first route whose envelope yields one', () => {
  const [plain, other, cloud] = [
    compileEnvelope({ kind: 'fields', traceparent: 'traceparent', time: 'at' }),
    compileEnvelope({ kind: 'fields', traceparent: 'trace' }),
    compileEnvelope({ kind: 'cloudevents' }),
  ].map((openEnvelope) => ({ openEnvelope }));
  if (!plain || !other || !cloud) throw new Error('no envelopes');
  const at = 1_700_000_000_000;
  const message = published({ trace: TRACE, at });
  expect(originOf(message, [cloud, plain, other, plain])).toEqual({ traceparent: TRACE, publishedAt: at });
  expect(originOf(message, [plain])).toMatchObject({ traceparent: undefined, publishedAt: at });
  expect(originOf(message, [cloud])).toMatchObject({ traceparent: undefined, publishedAt: undefined });
});

test('a message is opened once for each envelope, whatever the order of its routes', () => {
  const message = published({ id: 7 });
  let opened = 0;
  const counting = (envelope: ReturnType<typeof compileEnvelope>): typeof envelope => {
    return (body) => {
      opened += 1;
      return envelope(body);
    };
  };
  const a = counting(compileEnvelope({ kind: 'fields', traceparent: 'a' }));
  const b = counting(compileEnvelope({ kind: 'cloudevents' }));
  const results = [a, b, a, b, b, a].map((envelope) => message.openedBy(envelope).kind);
  expect(results).toEqual(['opened', 'unopened', 'opened', 'unopened', 'unopened', 'opened']);
  expect(opened).toBe(2);
});
