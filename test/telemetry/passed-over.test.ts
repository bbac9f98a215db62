import { expect, test } from 'vitest';
import { createMessageEvents } from '../../src/telemetry/events/message-events.ts';
import { createMessageCounts } from '../../src/telemetry/metrics/message-counts.ts';
import { createLogger } from '../../src/telemetry/logging/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics/metrics.ts';
import { startTracing } from '../../src/telemetry/tracing/tracing.ts';
import { stageDispatch } from '../dispatch/stage.ts';

const ROUTES = `version: 1
routes:
  all: { channel: bids, event: all, schema: ../bid.json, target: broadcast }
  sold: { channel: [bids, sales], when: { status: sold }, event: sold, schema: ../bid.json, target: broadcast }
  tried: { channel: bids, when: { status: sold }, event: sold, schema: ../bid.json, target: broadcast, shadow: true }
`;

test('received = delivered + not here + dropped + passed over, over several channels, scrapes and plans', async () => {
  const bid = { type: 'object', required: ['n'], properties: { status: { type: 'string' }, n: { type: 'integer' } } };
  const metrics = createMetrics();
  const counts = createMessageCounts(metrics);
  const logger = createLogger({ level: 'silent', pretty: false }, { write: () => undefined });
  const events = createMessageEvents(metrics, logger, startTracing({}, '0', false));
  for (let plan = 0; plan < 2; plan += 1) {
    const stage = stageDispatch(ROUTES, { bid });
    for (const [channel, text] of [
      ['bids', '{"status":"sold","n":1}'],
      ['bids', '{"status":"open","n":1}'],
      ['bids', '{"n":1}'],
      ['sales', '{"status":"open","n":1}'],
      ['sales', '{"status":"sold"}'],
      ['bids', '{'],
    ] as const)
      stage.receive(channel, text);
    for (const message of stage.handled) events.handled(message);
    const read = await counts.read(stage.plan.routes);
    const times = plan + 1;
    expect(read.get('all')).toMatchObject({ received: 4 * times, delivered: 3 * times, passedOver: 0 });
    expect(read.get('sold')).toMatchObject({
      received: 6 * times,
      delivered: times,
      notHere: 0,
      passedOver: 3 * times,
    });
    expect(read.get('tried')).toMatchObject({ delivered: times, passedOver: 2 * times });
    expect((await metrics.dropped.get()).values.filter(({ labels }) => labels.route === 'sold')).toMatchObject([
      { labels: { reason: 'invalid' }, value: times },
      { labels: { reason: 'not-json' }, value: times },
    ]);
    expect((await metrics.messagesPassedOver.get()).values).toMatchObject([{ value: times }]);
  }
});
