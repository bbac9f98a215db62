import { describe, expect, test } from 'vitest';
import { diffContracts } from '../../src/contract/diff/diff.ts';
import { explain } from '../../src/contract/explain/explain.ts';
import { explanationRows } from '../../src/contract/explain/explain-text.ts';
import { preflightReplay } from '../../src/contract/publish/preflight-replay.ts';
import { checkedContract, LIMITS } from './contract-tree.ts';

const sale = { type: 'object', required: ['owner'], properties: { owner: { type: 'integer' } } };
const schemas = { 'sale.json': sale };
const sold = { channel: 'sales', event: 'sold', schema: '../schemas/sale.json', target: { user: 'owner' } };
const ban = { channel: 'bans', action: 'disconnect', schema: '../schemas/sale.json', target: { user: 'owner' } };
const keeping = { on_invalid: 'quarantine' };

const DROPS = checkedContract({ schemas, routes: { sold, ban } });
const KEEPS = checkedContract({ schemas, routes: { sold: { ...sold, ...keeping }, ban: { ...ban, ...keeping } } });

describe('explain', () => {
  const ask = (config: typeof KEEPS, message: string) =>
    explain(config, { channel: 'sales', raw: Buffer.from(message), limits: LIMITS });

  test('tells that an invalid message is kept, and by what to look at it', () => {
    const explanation = ask(KEEPS, '{}');
    expect(explanation.routes[0]).toMatchObject({ quarantined: true, result: { reason: 'invalid' } });
    expect(explanationRows(explanation, undefined)).toContainEqual({
      label: '  kept',
      lines: ['in quarantine, for gateway quarantine to show and replay'],
      tone: 'plain',
    });
  });

  test.each([
    ['of a route that drops it', DROPS, '{}'],
    ['that is valid', KEEPS, '{"owner":7}'],
    ['of a shadow', checkedContract({ schemas, routes: { sold: { ...sold, ...keeping, shadow: true }, ban } }), '{}'],
  ])('tells nothing of the kind of a message %s', (_, config, message) => {
    expect(ask(config, message).routes[0]?.quarantined).toBeUndefined();
  });
});

describe('diff', () => {
  test('tells operators when invalid messages are kept, and that they are lost when no longer', () => {
    const told = (level: string, what: string) => [
      expect.objectContaining({ route: 'sold', level, what }),
      expect.objectContaining({ route: 'ban', level, what }),
    ];
    expect(diffContracts(DROPS, KEEPS)).toEqual(told('safe', 'invalid messages are quarantined'));
    expect(diffContracts(KEEPS, DROPS)).toEqual(told('risky', 'invalid messages are no longer quarantined'));
  });
});

describe('a message in quarantine', () => {
  const message = Buffer.from('{"owner":7}');
  const kept = { route: 'sold', channel: 'sales', message, bytes: message.length };

  test('goes where its route listens now', () => {
    expect(preflightReplay(KEEPS, kept, LIMITS)).toEqual({ channel: 'sales', others: [] });
    const renamed = checkedContract({ schemas, routes: { sold: { ...sold, channel: 'sales-eu' } } });
    expect(preflightReplay(renamed, kept, LIMITS)).toEqual({ channel: 'sales-eu', others: [] });
    const durable = checkedContract({ schemas, routes: { sold: { ...sold, channel: 'sales', source: 'stream' } } });
    expect(preflightReplay(durable, kept, LIMITS)).toEqual({ channel: 'sales', others: [] });
  });

  test.each([
    ['whose route is gone', checkedContract({ schemas, routes: { solt: sold } }), 'Did you mean "solt"?'],
    ['whose route is a shadow', checkedContract({ schemas, routes: { sold: { ...sold, shadow: true } } }), 'a shadow'],
    [
      'that another route of the channel would drop',
      checkedContract({
        schemas: {
          ...schemas,
          'other.json': { ...sale, required: ['owner', 'price'], properties: { owner: true, price: true } },
        },
        routes: { sold, priced: { ...sold, event: 'priced', target: 'broadcast', schema: '../schemas/other.json' } },
      }),
      'route "priced" drops it',
    ],
  ])('stays, %s', (_, config, words) => {
    expect(preflightReplay(config, kept, LIMITS)).toEqual({ problems: [expect.stringContaining(words)] });
  });
});
