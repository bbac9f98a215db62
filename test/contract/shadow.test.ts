import { describe, expect, test } from 'vitest';
import { asyncapiOf } from '../../src/contract/documents/asyncapi.ts';
import { diffContracts } from '../../src/contract/diff/diff.ts';
import { arrives, explain } from '../../src/contract/explain/explain.ts';
import { explanationRows } from '../../src/contract/explain/explain-text.ts';
import { exampleMessage } from '../../src/contract/publish/example-message.ts';
import { typescriptOf } from '../../src/contract/documents/typescript.ts';
import { checkedContract, LIMITS } from './contract-tree.ts';

const sale = {
  type: 'object',
  required: ['owner'],
  properties: { owner: { type: 'integer' }, price: { type: 'number' } },
  examples: [{ owner: 7 }],
};
const schemas = { 'sale.json': sale, 'priced.json': { ...sale, required: ['owner', 'price'], examples: [] } };
const live = { channel: 'sales', event: 'sold', schema: '../schemas/sale.json', target: { user: 'owner' } };
const market = { channel: 'sales', event: 'market-moved', schema: '../schemas/priced.json', target: 'broadcast' };

const LIVE = checkedContract({ schemas, routes: { owners: live } });
const TRIED = checkedContract({
  schemas,
  routes: { market: { ...market, shadow: true }, owners: { ...live, schema_next: '../schemas/priced.json' } },
});
const MARKET = checkedContract({ schemas, routes: { market, owners: live } });
const ONLY_SHADOW = checkedContract({ schemas, routes: { market: { ...market, shadow: true } } });

const ask = (config = TRIED, message = '{"owner":7,"price":2}', user?: string) =>
  explain(config, {
    channel: 'sales',
    raw: Buffer.from(message),
    limits: LIMITS,
    ...(user !== undefined && { client: { user } }),
  });

describe('explain', () => {
  test('shows all that a shadow would do, and that nobody hears it', () => {
    const [shadow] = ask(TRIED, undefined, '7').routes;
    expect(shadow).toMatchObject({
      route: 'market',
      result: { kind: 'sent', shadow: true, event: 'market-moved', rooms: ['audience:authenticated'] },
      client: { hears: false, because: expect.stringContaining('a shadow') },
    });
    const words = explanationRows(ask(), undefined).flatMap(({ lines }) => lines);
    expect(words).toContain('a shadow: nothing of this is delivered, it is what would be');
  });

  test('shows what the next schema would break, while the message arrives', () => {
    const explanation = ask(TRIED, '{"owner":7}');
    expect(explanation.routes[1]).toMatchObject({
      route: 'owners',
      broken: [],
      next: { schema: '../schemas/priced.json', broken: [{ at: '', message: expect.stringContaining('price') }] },
      result: { kind: 'sent', next: { verdict: 'would-drop' } },
    });
    expect(arrives(explanation)).toBe(true);
    const row = explanationRows(explanation, undefined).find(({ label }) => label === '  schema_next');
    expect(row).toMatchObject({ tone: 'bad' });
  });

  test('does not count a shadow as an arrival', () => {
    expect(arrives(ask(ONLY_SHADOW))).toBe(false);
  });
});

describe('what clients are told', () => {
  test('holds no shadow', async () => {
    expect(await typescriptOf(TRIED)).toBe(await typescriptOf(LIVE));
    expect(JSON.stringify(asyncapiOf(TRIED, { host: 'localhost' }))).not.toContain('market-moved');
  });

  test('is published by the example of a live route', () => {
    expect(exampleMessage(TRIED, 'sales', 1)).toEqual({ raw: Buffer.from('{"owner":7}') });
  });
});

describe('diff', () => {
  test('calls a trial safe', () => {
    expect(diffContracts(LIVE, TRIED)).toMatchObject([
      { level: 'safe', route: 'market', what: 'the route is tried as a shadow' },
      { level: 'safe', route: 'owners', what: '../schemas/priced.json is tried as next schema' },
    ]);
    expect(diffContracts(TRIED, LIVE)).toMatchObject([
      { level: 'safe', route: 'owners', what: 'no next schema is tried any more' },
      { level: 'safe', route: 'market', what: 'the shadow route is removed' },
    ]);
  });

  test('tells a shadow that becomes live as a new route, and the other way round as a removed one', () => {
    expect(diffContracts(TRIED, MARKET)[0]).toMatchObject({ route: 'market', what: 'the route is new' });
    expect(diffContracts(MARKET, TRIED)[0]).toMatchObject({
      level: 'breaking',
      route: 'market',
      what: 'the route is removed',
    });
  });
});
