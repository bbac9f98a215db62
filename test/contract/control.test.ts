import { describe, expect, test } from 'vitest';
import { asyncapiOf } from '../../src/contract/documents/asyncapi.ts';
import { diffContracts } from '../../src/contract/diff/diff.ts';
import { diffLines } from '../../src/contract/diff/text.ts';
import { arrives, explain } from '../../src/contract/explain/explain.ts';
import { explanationRows } from '../../src/contract/explain/explain-text.ts';
import { readClient } from '../../src/contract/explain/receives.ts';
import { newRouteTest } from '../../src/contract/new-route/new-route-test.ts';
import type { ExpectedAction } from '../../src/contract/route-tests/route-tests.ts';
import { runRouteTests } from '../../src/contract/route-tests/run.ts';
import { failureLines } from '../../src/contract/route-tests/failure-text.ts';
import { typescriptOf } from '../../src/contract/documents/typescript.ts';
import type { RoutesConfig } from '../../src/config/routes/route-config.ts';
import { checkedContract, LIMITS } from './contract-tree.ts';

const ban = {
  type: 'object',
  required: ['user'],
  properties: { user: { type: 'integer' }, by: { type: 'integer' } },
};
const ROUTE = { channel: 'bans', action: 'disconnect', schema: '../schemas/ban.json', target: { user: 'user' } };
const TOLD = { channel: 'bans', event: 'you-are-banned', schema: '../schemas/ban.json', target: { user: 'user' } };

const contract = (routes: Record<string, object>, schema: object = ban): RoutesConfig =>
  checkedContract({ schemas: { 'ban.json': schema }, routes: { told: TOLD, ...routes } });
const BAN = contract({ ban: ROUTE });
const WITHOUT = contract({});

const ask = (message: string, user?: string): ReturnType<typeof explain> => {
  const client = user === undefined ? undefined : readClient(user, 'uint64');
  const raw = Buffer.from(message);
  return explain(BAN, { channel: 'bans', raw, limits: LIMITS, ...(client && { client }) });
};

describe('explain', () => {
  test('shows whom a message would disconnect', () => {
    const explanation = ask('{"user":7}');
    expect(explanation.routes[1]).toMatchObject({
      route: 'ban',
      target: { kind: 'users', fields: [{ field: 'user', users: ['7'] }] },
      result: { kind: 'disconnected', users: ['7'], skipped: 0 },
    });
    expect(arrives(explanation)).toBe(true);
    expect(explanationRows(explanation, undefined)).toContainEqual({
      label: '  disconnects',
      lines: ['user 7'],
      tone: 'good',
    });
  });

  test.each([
    ['7', 'it is disconnected: user 7 is in user'],
    ['8', 'the route disconnects users, and user 8 is not in user'],
    ['anonymous', 'the route disconnects users by their id, and an anonymous client has none'],
  ])('tells client %s that it hears nothing of it, and why', (user, because) => {
    expect(ask('{"user":7}', user).routes[1]?.client).toEqual({ hears: false, because });
  });

  test('shows a message that disconnects nobody', () => {
    const explanation = ask('{"user":0}');
    expect(explanation.routes[1]).toMatchObject({ result: { kind: 'dropped', reason: 'no-target' } });
    expect(arrives(explanation)).toBe(false);
  });
});

describe('what clients are told', () => {
  test('holds nothing of a route that disconnects', async () => {
    expect(await typescriptOf(BAN)).toBe(await typescriptOf(WITHOUT));
    expect(Object.keys(Object(asyncapiOf(BAN, { host: 'localhost' })['channels']))).toEqual(
      Object.keys(Object(asyncapiOf(WITHOUT, { host: 'localhost' })['channels'])),
    );
  });
});

describe('a route test', () => {
  const told = { kind: 'event', event: 'you-are-banned', to: ['7'] } as const;
  const linesOf = (...expected: ExpectedAction[]): string[] => {
    const test = { name: 'a test', at: { line: 1, column: 1 }, channel: 'bans', message: '{"user":7}' };
    const { results } = runRouteTests(BAN, [{ ...test, expected: [told, ...expected] }], LIMITS);
    return results.flatMap(failureLines).map(({ sign, text }) => `${sign} ${text}`);
  };

  test.each([{}, { route: 'ban' }])('expects whom a message disconnects, %j', (named) => {
    expect(linesOf({ kind: 'action', action: 'disconnect', to: ['7'], ...named })).toEqual([]);
  });

  test('fails where others are disconnected, or nobody was expected to be', () => {
    expect(linesOf({ kind: 'action', action: 'disconnect', to: ['7', '8'] })).toEqual([
      '- disconnect users 7, 8',
      '+ route ban: disconnect user 7',
    ]);
    expect(linesOf({ kind: 'action', route: 'told', action: 'disconnect', to: ['7'] })).toContain('+ nothing');
    expect(linesOf()).toEqual(['- nothing', '+ route ban: disconnect user 7']);
  });

  test('is written by `gateway new` with what a message does now', () => {
    expect(newRouteTest(BAN, 'bans', { user: 7 }, LIMITS).expect).toEqual([
      { route: 'told', event: 'you-are-banned', to: [7] },
      { route: 'ban', action: 'disconnect', to: [7] },
    ]);
  });
});

describe('diff', () => {
  const EVENT = { channel: 'bans', event: 'e', schema: '../schemas/ban.json', target: 'broadcast' };

  test.each<[string, RoutesConfig, RoutesConfig, string, string, string]>([
    ['it is new', WITHOUT, BAN, 'risky', 'the route is new, and disconnects users', 'operators'],
    ['it is removed', BAN, WITHOUT, 'breaking', 'the route, which disconnects users, is removed', 'publishers'],
    [
      'it becomes an event',
      BAN,
      contract({ ban: EVENT }),
      'breaking',
      'the route, which disconnects users, is removed',
      'publishers',
    ],
    [
      'its channel changes',
      BAN,
      contract({ ban: { ...ROUTE, channel: 'expulsions' } }),
      'breaking',
      'channel bans is no longer read',
      'publishers',
    ],
    [
      'it names others too',
      BAN,
      contract({ ban: { ...ROUTE, target: { users: ['user', 'by?'] } } }),
      'risky',
      'target names by too',
      'operators',
    ],
    [
      'it no longer names some',
      contract({ ban: { ...ROUTE, target: { users: ['user', 'by?'] } } }),
      BAN,
      'breaking',
      'target no longer names by',
      'publishers',
    ],
  ])('tells when %s', (_, before, after, level, what, party) => {
    const change = diffContracts(before, after).find((one) => one.what === what);
    expect(change).toMatchObject({ level, route: 'ban', effects: [{ party, level }] });
    expect(change).not.toHaveProperty('event');
  });

  test('tells publishers when its schema asks for more, and clients nothing of it', () => {
    const only = (schema: object): RoutesConfig =>
      checkedContract({ schemas: { 'ban.json': schema }, routes: { ban: ROUTE } });
    const changes = diffContracts(only(ban), only({ ...ban, required: ['user', 'by'] }));
    expect(changes).toMatchObject([
      { level: 'breaking', what: 'field by is required now', effects: [{ party: 'publishers' }] },
    ]);
    expect(changes[0]?.effects).toHaveLength(1);
    expect(diffLines(changes, [], (_, text) => text)[0]).toBe('breaking  route ban: field by is required now');
  });

  test('tells nothing where nothing changed', () => {
    expect(diffContracts(BAN, contract({ ban: ROUTE }))).toEqual([]);
  });
});
