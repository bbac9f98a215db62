import { describe, expect, test } from 'vitest';
import { asyncapiOf } from '../../src/contract/documents/asyncapi.ts';
import { typescriptOf } from '../../src/contract/documents/typescript.ts';
import { diffContracts } from '../../src/contract/diff/diff.ts';
import { arrives, explain } from '../../src/contract/explain/explain.ts';
import { explanationRows } from '../../src/contract/explain/explain-text.ts';
import { newRouteTest } from '../../src/contract/new-route/new-route-test.ts';
import { newRoute } from '../../src/contract/new-route/new-route.ts';
import { exampleMessage } from '../../src/contract/publish/example-message.ts';
import { dropsOf } from '../../src/contract/publish/preflight-publish.ts';
import { preflightReplay } from '../../src/contract/publish/preflight-replay.ts';
import { failureLines } from '../../src/contract/route-tests/failure-text.ts';
import { runRouteTests } from '../../src/contract/route-tests/run.ts';
import type { Expectation, RouteTest } from '../../src/contract/route-tests/route-tests.ts';
import { checkedContract, LIMITS, type Contract } from './contract-tree.ts';

const BID = {
  type: 'object',
  required: ['status', 'buyer'],
  properties: { status: { enum: ['open', 'sold', 'cancelled'] }, buyer: { type: 'integer' } },
  examples: [{ status: 'open', buyer: 7 }],
};
const route = { channel: 'bids', schema: '../schemas/bid.json', target: 'broadcast' };
const ROUTES = {
  bids: { ...route, when: { status: 'open' }, event: 'bid-placed' },
  sold: { ...route, when: { status: 'sold' }, event: 'item-sold', target: { user: 'buyer' } },
};

function contract(routes: Contract['routes'] = ROUTES) {
  return checkedContract({ routes, schemas: { 'bid.json': BID } });
}

const ALICE = '7';

const message = (status: string) => ({ status, buyer: 7 });
const question = (status: string) => ({
  channel: 'bids',
  raw: Buffer.from(JSON.stringify(message(status))),
  limits: LIMITS,
});

describe('gateway explain', () => {
  test('says which routes pass a message over, and why', () => {
    const explanation = explain(contract(), { ...question('sold'), client: { user: ALICE } });
    expect(explanation.routes).toMatchObject([
      {
        route: 'bids',
        result: { kind: 'passed-over', because: 'status is "sold", when asks for "open"' },
        client: { hears: false, because: 'the route passes the message over: status is "sold", when asks for "open"' },
      },
      { route: 'sold', result: { kind: 'sent', event: 'item-sold' }, client: { hears: true } },
    ]);
    const rows = explanationRows(explanation, 'user 7').map(({ label, lines }) => `${label} ${lines.join(' ')}`);
    expect(rows).toContain('  passed over status is "sold", when asks for "open"');
    expect(arrives(explanation)).toBe(true);
  });

  test('a message that all routes pass over does not arrive', () => {
    expect(arrives(explain(contract(), question('cancelled')))).toBe(false);
  });

  test('shows the rule of an inline schema that the message breaks', () => {
    const config = contract({ bids: { ...ROUTES.bids, when: { matches: { required: ['item'] } } } });
    expect(explain(config, question('open')).routes).toMatchObject([
      {
        result: {
          because: "it does not match the schema of when: the message must have required property 'item'",
        },
      },
    ]);
  });
});

function tested(status: string, ...expected: Expectation[]) {
  const one: RouteTest = {
    name: 'a bid',
    at: { line: 1, column: 1 },
    channel: 'bids',
    message: JSON.stringify(message(status)),
    expected,
  };
  const { results, untested } = runRouteTests(contract(), [one], LIMITS);
  return { lines: results.flatMap(failureLines).map(({ sign, text }) => `${sign} ${text}`), untested };
}

describe('a route test', () => {
  const sold = { kind: 'event', event: 'item-sold', to: [ALICE] } as const;

  test('needs no word of routes that pass the message over, and leaves them untested', () => {
    expect(tested('sold', sold)).toEqual({ lines: [], untested: ['bids'] });
  });

  test('may expect it of one route, or of all', () => {
    expect(tested('sold', sold, { kind: 'passed-over', route: 'bids' }).lines).toEqual([]);
    expect(tested('cancelled', { kind: 'passed-over' }).lines).toEqual([]);
  });

  test('fails where a route takes the message', () => {
    expect(tested('sold', { kind: 'passed-over' }).lines).toEqual(['- nothing', '+ route sold: item-sold to user 7']);
  });

  test('fails with the reason where the route that is asked for passes it over', () => {
    expect(tested('open', { ...sold, route: 'sold' }).lines).toEqual([
      '- route sold: item-sold to user 7',
      '+ route sold: passed over, status is "open", when asks for "sold"',
      '- nothing',
      '+ route bids: bid-placed to authenticated',
    ]);
  });

  test('is written by gateway new for what the routes take', () => {
    expect(newRouteTest(contract(), 'bids', message('open'), LIMITS).expect).toMatchObject({ event: 'bid-placed' });
    expect(newRouteTest(contract(), 'bids', message('cancelled'), LIMITS).expect).toEqual({ passed_over: true });
  });
});

describe('gateway publish', () => {
  test('refuses a message that all routes pass over, and publishes one that a route takes', () => {
    expect(dropsOf(contract(), question('open'))).toEqual([]);
    expect(dropsOf(contract(), question('cancelled'))).toEqual([
      'route "bids" passes it over: status is "cancelled", when asks for "open"',
      'route "sold" passes it over: status is "cancelled", when asks for "sold"',
    ]);
  });

  test('has an example for each route, with the values of its when', () => {
    const example = (number: number): unknown => {
      const found = exampleMessage(contract(), 'bids', number);
      return 'raw' in found ? JSON.parse(found.raw.toString()) : found.problem;
    };
    expect([example(1), example(2)]).toEqual([message('open'), message('sold')]);
  });
});

describe('gateway new', () => {
  const target = { written: 'broadcast', fields: [] } as const;
  const options = {
    channel: 'bids',
    event: 'item-gone',
    target,
    sample: '{"status":"gone","item":{"id":7},"tags":[1]}',
  };

  test('writes when with the values of the sample, and names the route by them', () => {
    expect(newRoute(contract(), { ...options, when: ['status', '/item/id'] })).toMatchObject({
      name: 'bids-gone-7',
      route: { channel: 'bids', when: { status: 'gone', '/item/id': 7 }, event: 'item-gone' },
    });
  });

  test.each([
    ['kind', 'the sample has no kind, which --when names'],
    ['tags', 'the sample has no text, number, true, false or null in tags, which --when names'],
  ])('refuses %s', (field, problem) => {
    expect(newRoute(contract(), { ...options, when: [field] })).toEqual({ problem });
  });
});

describe('gateway quarantine replay', () => {
  test('refuses what the route passes over now, and names only routes that take it', () => {
    const kept = (status: string) => {
      const text = Buffer.from(JSON.stringify(message(status)));
      return { route: 'sold', channel: 'bids', message: text, bytes: text.length };
    };
    expect(preflightReplay(contract(), kept('sold'), LIMITS)).toEqual({ channel: 'bids', others: [] });
    expect(preflightReplay(contract(), kept('open'), LIMITS)).toEqual({
      problems: ['route "sold" passes it over: status is "open", when asks for "sold"'],
    });
  });
});

describe('gateway diff', () => {
  test.each([
    [{ status: 'open' }, { status: ['open', 'sold'] }, ['risky']],
    [{ status: ['open', 'sold'] }, { status: 'open' }, ['breaking']],
    [{ status: 'open' }, { status: 'sold' }, ['breaking']],
    [{ status: 'open' }, undefined, ['risky']],
    [undefined, { status: 'open' }, ['breaking']],
    [{ status: ['open', 'sold'] }, { '/status': ['sold', 'open'] }, []],
    [{ matches: { required: ['a'] } }, { matches: { required: ['b'] } }, ['breaking']],
  ])('from %j to %j: %j', (before, after, levels) => {
    const of = (when: object | undefined) => contract({ bids: { ...route, event: 'bid', ...(when && { when }) } });
    expect(diffContracts(of(before), of(after)).map(({ level }) => level)).toEqual(levels);
  });

  test('of an action: publishers and operators', () => {
    const ban = { channel: 'bids', schema: '../schemas/bid.json', action: 'disconnect', target: { user: 'buyer' } };
    const [all, some] = [contract({ ban }), contract({ ban: { ...ban, when: { status: 'sold' } } })];
    expect(diffContracts(all, some)).toMatchObject([{ level: 'breaking', effects: [{ party: 'publishers' }] }]);
    expect(diffContracts(some, all)).toMatchObject([{ level: 'risky', effects: [{ party: 'operators' }] }]);
  });
});

test('types and AsyncAPI have the values that when leaves', async () => {
  const types = await typescriptOf(contract());
  expect(types).toMatch(/type ItemSold = \{[^}]*\} & \{\s*status: 'sold';\s*\}/);
  expect(types).toContain('Route sold sends it where status is "sold".');
  const document = JSON.stringify(asyncapiOf(contract(), { host: 'localhost' }));
  expect(document).toContain('"when":{"status":"sold"}');
  expect(document).toContain('"examples":[{"payload":{"status":"sold","buyer":7}}]');
});

test('two routes of a channel may have one event only if no message is for both', () => {
  const bid = { ...route, event: 'bid' };
  const both = (a: object | undefined, b: object | undefined) => () =>
    contract({ a: { ...bid, ...(a && { when: a }) }, b: { ...bid, ...(b && { when: b }) } });
  expect(both({ status: 'open' }, { status: 'sold' })).not.toThrow();
  expect(both({ status: 'open' }, { status: ['open', 'sold'] })).toThrow('already becomes event "bid"');
  expect(both({ status: 'open' }, undefined)).toThrow('Compare one field with different values in both');
  expect(both({ matches: { required: ['a'] } }, { matches: { not: { required: ['a'] } } })).toThrow('duplicate-route');
});
