import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffMarkdown } from '../../src/contract/diff/markdown.ts';
import { receiverChanges, receiverText } from '../../src/contract/diff/receivers.ts';
import { checkedContract, checkedFile } from './contract-tree.ts';

const BID = {
  type: 'object',
  additionalProperties: false,
  required: ['owner_id', 'max_price', 'item'],
  properties: {
    owner_id: { type: 'integer' },
    max_price: { type: 'number' },
    item: {
      type: 'object',
      additionalProperties: false,
      properties: { id: { type: 'integer' }, name: { type: 'string' } },
    },
  },
};

type Route = Record<string, unknown>;
const OWNER: Route = { event: 'bid', schema: '../schemas/bid.json', target: { user: 'owner_id' } };
const PUBLIC: Route = { event: 'bid', schema: '../schemas/bid.json', target: 'broadcast', audience: 'anyone' };
const contract = (...routes: Route[]) =>
  checkedContract({
    routes: Object.fromEntries(routes.map((route, index) => [`bids-${index}`, { channel: `c${index}`, ...route }])),
    schemas: { 'bid.json': BID },
  });
const textsOf = (...args: Parameters<typeof receiverChanges>): string[] => receiverChanges(...args).map(receiverText);

describe('the receivers of fields', () => {
  test('are named where a field reaches others than before', () => {
    const before = contract(OWNER, { ...PUBLIC, map: { id: '/item/id' } });
    const after = contract(OWNER, { ...PUBLIC, map: { id: '/item/id', max_price: 'max_price' } });
    expect(textsOf(before, after)).toEqual([
      'max_price of event bid: received by anyone and the users in owner_id, and was by the users in owner_id',
    ]);
  });

  test('are named for fields that omit no longer keeps back', () => {
    expect(textsOf(contract({ ...OWNER, omit: ['/item/name'] }), contract(OWNER))).toEqual([
      'item/name of event bid: received by the users in owner_id, and by no client before',
    ]);
  });

  test('are named where an exception or an audience changes', () => {
    const excepting = contract({ ...PUBLIC, except: { users: ['owner_id'] }, map: { id: '/item/id' } });
    expect(textsOf(contract({ ...PUBLIC, map: { id: '/item/id' } }), excepting)).toEqual([
      'id of event bid: received by anyone except the users in owner_id, and was by anyone',
    ]);
  });

  test.each(['config/routes.yaml', 'config/routes.metargb.yaml'])('of %s are those of itself', (file) => {
    expect(receiverChanges(checkedFile(file), checkedFile(file))).toEqual([]);
  });

  test('are listed for every field that a wider audience receives', () => {
    const fields = ['owner_id', 'max_price', 'item'];
    fc.assert(
      fc.property(fc.subarray(fields, { minLength: 1 }), fc.subarray(fields, { minLength: 1 }), (old, now) => {
        const mapped = (names: string[]): Route => ({
          ...PUBLIC,
          map: Object.fromEntries(names.map((name) => [name, name])),
        });
        const listed = receiverChanges(contract(OWNER, mapped(old)), contract(OWNER, mapped(now)))
          .filter(({ before, after }) => after.includes('anyone') && !before.includes('anyone'))
          .map(({ field }) => field)
          .filter((field) => fields.includes(field));
        expect(new Set(listed)).toEqual(new Set(now.filter((field) => !old.includes(field))));
      }),
      { numRuns: 30 },
    );
  });
});

describe('the comment for a pull request', () => {
  test('says that nothing changed', () => {
    expect(diffMarkdown([], [])).toBe('**Routes:** nothing of the contract changed.\n');
  });

  test('has a row for each change, and who receives each field', () => {
    const text = diffMarkdown(
      [
        {
          level: 'risky',
          route: 'bids',
          event: 'bid',
          what: 'target names x too',
          effects: [{ party: 'operators', level: 'risky', why: 'is it meant?' }],
        },
      ],
      [{ event: 'bid', field: 'max_price', before: [], after: ['anyone'] }],
    );
    expect(text).toContain('**Routes:** 0 breaking, 1 risky, 0 safe');
    expect(text).toContain('| **risky** | route bids, event bid | target names x too | operators: is it meant? |');
    expect(text).toContain('<details><summary>Who receives each field: 1 differ</summary>');
    expect(text).toContain(String.raw`| bid | max\_price | no client | anyone |`);
  });

  test.each([
    ['@admins look', '&#64;admins look'],
    ['</details><img src=x>', '&lt;/details&gt;&lt;img src=x&gt;'],
    ['a|b`c`', String.raw`a\|b\`c\``],
    ['[x](https://evil.example)', String.raw`\[x\]\(https&#58;//evil.example\)`],
    ['two\nlines', String.raw`two\\u000alines`],
  ])('shows %j as text', (what, shown) => {
    expect(diffMarkdown([{ level: 'safe', what, effects: [] }], [])).toContain(`| ${shown} |`);
  });

  test('stays below the limit of GitHub, and says what it leaves out', () => {
    const changes = Array.from({ length: 2000 }, (_, index) => ({
      level: 'breaking' as const,
      route: `route-${index}`,
      what: 'x'.repeat(100),
      effects: [],
    }));
    const receivers = Array.from({ length: 2000 }, (_, index) => ({
      event: 'bid',
      field: `field-${index}`,
      before: [],
      after: ['anyone'],
    }));
    expect(diffMarkdown([], receivers)).toContain('\n</details>\n\n');
    const text = diffMarkdown(changes, receivers);
    expect(text.length).toBeLessThan(65_536);
    expect(text).toMatch(/\d+ more lines are left out; `gateway diff` prints them all\.\n$/);
  });
});
