import { describe, expect, test } from 'vitest';
import type { History, Publication, Stay } from './history.ts';
import { reconcile } from './reconcile.ts';

const PUBLISHED = Array.from({ length: 4 }, (_, index): Publication => ({
  number: index + 1,
  route: 'everyone',
  to: undefined,
  sentAt: 0,
  settledAt: 1,
  outcome: index === 3 ? 'unknown' : 'ok',
}));

function historyOf(received: number, over: Partial<Stay> = {}): History {
  const arrivals = PUBLISHED.slice(0, received).map(({ number, route }) => ({ run: 'r', number, route, at: 1 }));
  const stays: Stay[] = [{ since: 0, arrivals, ...over }];
  return { run: 'r', publications: PUBLISHED, clients: [{ user: '7', stays, gaps: [], refusals: [] }] };
}

/** Metrics of an instance on which one client received three messages. */
function metrics(over: Record<string, number> = {}): string {
  const counts = { received: 3, delivered: 3, not_here: 0, recipients: 3, dropped: 0, lost: 0, ...over };
  const { lost, dropped, ...plain } = counts;
  return [
    '# TYPE gateway_route_received_total counter',
    ...Object.entries(plain).map(([name, count]) => `gateway_route_${name}_total{route="everyone"} ${count}`),
    'gateway_route_received_total{route="everyone-else"} 99',
    `gateway_route_dropped_total{route="everyone",reason="invalid"} ${dropped}`,
    `gateway_gaps_total{reason="connection-lost"} ${lost}`,
  ].join('\n');
}

const disagreements = (over: Record<string, number>, history = historyOf(3)): Promise<string[]> =>
  reconcile([{ name: 'one', metrics: async () => metrics(over) }], history);

describe('the ledger and the gateway’s counters', () => {
  test('agree where all adds up', async () => {
    expect(await disagreements({})).toEqual([]);
    expect(await disagreements({ received: 4, delivered: 4, recipients: 4 }, historyOf(4))).toEqual([]);
  });

  test.each([
    [
      'received is not what the outcomes add up to',
      { not_here: 1 },
      'one, everyone: received 3, but delivered 3 + not',
    ],
    ['a sound message was dropped', { delivered: 2, dropped: 1 }, 'one, everyone: dropped 1 of messages that are all'],
    ['more was received than published', { received: 5, delivered: 5 }, 'one, everyone: received 5 of 4 published'],
    [
      'less was received without a gap',
      { received: 2, delivered: 2 },
      'one, everyone: received 2 of 3 published, with',
    ],
    ['more recipients than arrivals', { recipients: 4 }, 'everyone: 3 arrived, 4 recipients counted'],
    ['fewer recipients than arrivals', { recipients: 2 }, 'everyone: 3 arrived, 2 recipients counted'],
  ])('disagree if %s', async (_, over, words) => {
    expect(await disagreements(over)).toEqual([expect.stringContaining(words)]);
  });

  test('may differ by what was lost on the way: to an instance without Redis, to a client that went', async () => {
    expect(await disagreements({ received: 2, delivered: 2, lost: 1 })).toEqual([]);
    expect(await disagreements({ recipients: 4 }, historyOf(3, { until: 5 }))).toEqual([]);
  });
});
