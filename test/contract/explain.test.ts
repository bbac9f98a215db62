import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import type { RoutesConfig } from '../../src/config/routes/route-config.ts';
import { dryRun } from '../../src/contract/explain/dry-run.ts';
import { arrives, explain } from '../../src/contract/explain/explain.ts';
import { explanationRows } from '../../src/contract/explain/explain-text.ts';
import { readClient } from '../../src/contract/explain/receives.ts';
import { USER_IDS } from '../../src/routes/user-id.ts';
import { findTargets, recipientsOf } from '../../src/contract/explain/recipients.ts';
import { compilePlan } from '../../src/routes/plan.ts';
import { LIMITS } from './contract-tree.ts';

function configOf(file: string): RoutesConfig {
  const { config } = loadRoutes(file);
  if (!config) throw new Error(`${file} is refused`);
  return config;
}

const SEED = configOf('config/routes.yaml');
const METARGB = configOf('config/routes.metargb.yaml');

function ask(channel: string, message: unknown, user?: string, config = SEED): ReturnType<typeof explain> {
  const raw = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
  const client = user === undefined ? undefined : readClient(user, 'uint64');
  return explain(config, { channel, raw, limits: LIMITS, ...(client && { client }) });
}

const SALE = { feature_id: 1, old_owner_id: 7, new_owner_id: '8' };
const STATUS = { user_id: 7, status: 'online' };
const NOBODY = '99999999999999999999';

describe('an explanation tells', () => {
  test('what each target field holds, the rooms, the event, and the payload byte for byte', () => {
    const [route] = ask('feature-status', '{"feature_id": 1,  "old_owner_id":7, "new_owner_id":"8"}').routes;
    expect(route).toMatchObject({
      route: 'feature-owners',
      broken: [],
      target: {
        kind: 'users',
        fields: [
          { field: 'old_owner_id?', users: ['7'], skipped: [], absent: false },
          { field: 'new_owner_id', users: ['8'], skipped: [], absent: false },
        ],
      },
      result: {
        kind: 'sent',
        event: 'feature-status-changed',
        rooms: ['user:7', 'user:8'],
        payload: '{"feature_id": 1,  "old_owner_id":7, "new_owner_id":"8"}',
        payloadBytes: 56,
      },
    });
  });

  test('optional fields that are absent, and values that are no ids', () => {
    const fields = (message: unknown): unknown => ask('feature-status', message).routes[0]?.target;
    expect(fields({ ...SALE, old_owner_id: null })).toMatchObject({ fields: [{ absent: true, users: [] }, {}] });
    expect(fields({ ...SALE, old_owner_id: NOBODY })).toMatchObject({
      fields: [{ absent: false, users: [], skipped: [NOBODY] }, { users: ['8'] }],
    });
  });

  test('values that mean nobody, and ids as they were published', () => {
    const lines = (message: string): string => {
      const rows = explanationRows(ask('feature-status', message), undefined);
      return rows.flatMap((row) => row.lines).join('\n');
    };
    expect(lines('{"feature_id":1,"old_owner_id":0,"new_owner_id":8}')).toContain('0: no user, which is allowed');
    expect(lines('{"feature_id":1,"old_owner_id":[],"new_owner_id":8}')).toContain('[]: no user, which is allowed');
    const loose = { ...SEED, routes: SEED.routes.map((route) => ({ ...route, check: () => undefined })) };
    const raw = Buffer.from('{"feature_id":1,"old_owner_id":1234567890123456789,"new_owner_id":7.0}');
    const explanation = explain(loose, { channel: 'feature-status', raw, limits: LIMITS });
    const text = explanationRows(explanation, undefined).flatMap((row) => row.lines);
    expect(text.join('\n')).toContain(
      'skipped, no user ids: 1234567890123456789; JSON readers round numbers beyond 2^53 - 1',
    );
    expect(text.join('\n')).toContain('user 7');
  });

  test('a field that must be there and is not as skipped, not as absent', () => {
    const field = { text: 'a', path: ['a'], optional: false };
    expect(findTargets([field], {}, '{}', USER_IDS.uint64)).toMatchObject([
      { users: [], skippedText: ['nothing'], absent: false },
    ]);
  });

  test('that it arrives only where each of its routes sends it on', () => {
    const [good, bad] = [ask('feature-status', SALE), ask('feature-status', {})];
    expect([good, bad].map(arrives)).toEqual([true, false]);
    expect(arrives({ ...good, routes: [...good.routes, ...bad.routes] })).toBe(false);
  });

  test('why a trace context is none, and what is taken off beside one', () => {
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const line = (message: object): string =>
      explanationRows(ask('user-status', { ...STATUS, ...message }), undefined)
        .flatMap((row) => row.lines)
        .join('\n');
    expect(line({ traceparent: trace })).toContain(`trace context ${trace}`);
    expect(line({ traceparent: trace.toUpperCase() })).toContain('no trace context: it has upper-case letters');
    expect(line({ traceparent: {} })).toContain('no trace context: it is no text');
    expect(line({ traceparent: trace, tracestate: 'a=1', baggage: 'b=2' })).toContain(
      'tracestate and baggage next to it',
    );
    const [route] = ask('user-status', { ...STATUS, traceparent: trace, tracestate: 'a=1' }).routes;
    expect(route).toMatchObject({ result: { kind: 'sent', payload: JSON.stringify(STATUS) } });
  });

  test('a number that breaks a rule as it was published, and what to send', () => {
    const text = '{"user_id":1234567890123456789,"status":"online"}';
    const [rule] = ask('user-status', text).routes[0]?.broken ?? [];
    expect(rule?.found).toBe('1234567890123456789');
    expect(rule?.message).toContain('2^53 - 1: JSON readers round larger numbers, publish them as text');
    expect(ask('user-status', text).routes[0]?.result).toMatchObject({ detail: expect.stringContaining('2^53') });
  });

  test('in which form a message is that is no JSON', () => {
    const [route] = ask('user-status', JSON.stringify(JSON.stringify(STATUS)), '7').routes;
    expect(route?.client?.because).toContain('it is encoded twice');
    expect(ask('user-status', 'a:1:{s:2:"to";i:7;}').message).toMatchObject({
      detail: "it seems to be written by PHP's serialize",
    });
  });

  test('the key that an object has twice, by its place', () => {
    const { message, routes } = ask('feature-status', '{"feature_id":1,"x":[{"a/b":1,"a\\/b":2}],"new_owner_id":8}');
    expect(message).toMatchObject({ readable: false, reason: 'repeated-key', parser: '/x/0/a~1b comes twice' });
    expect(routes).toMatchObject([{ result: { kind: 'dropped', reason: 'repeated-key' } }]);
  });

  test('every rule that is broken, with its place in the message and in the schema', () => {
    const explanation = ask('feature-status', { feature_id: 0, new_owner_id: 'x' });
    expect(explanation.routes[0]).toMatchObject({
      broken: [
        { at: '/feature_id', rule: 'common.schema.json#/$defs/id/minimum', message: 'must be >= 1', found: '0' },
        { at: '/new_owner_id', rule: 'common.schema.json#/$defs/id/pattern', found: '"x"' },
      ],
      result: { kind: 'dropped', reason: 'invalid' },
    });
    expect(explanation.routes[0]).not.toHaveProperty('target');
    expect(arrives(explanation)).toBe(false);
  });

  test('the envelope that is taken off before the schema and the clients see the message', () => {
    const explanation = ask('user-status', { ...STATUS, traceparent: '00-ab' });
    expect(explanation.message).toEqual({
      readable: true,
      envelopeBytes: 22,
      noTraceContext: 'it is not of the form 00-<32 hex digits>-<16 hex digits>-<2 hex digits>',
    });
    expect(explanation.routes[0]?.result).toMatchObject({ payload: JSON.stringify(STATUS), payloadBytes: 31 });
  });

  test('payloads as `map` builds them', () => {
    const [route] = ask('user-status', { data: { user_id: '42', online: true, secret: 1 } }, undefined, METARGB).routes;
    expect(route?.result).toMatchObject({ payload: '{"user_id":"42","online":true}', rooms: ['audience:anyone'] });
  });

  test('a channel that no route names, and the one that was meant', () => {
    const explanation = ask('user-statsu', STATUS);
    expect(explanation).toMatchObject({ didYouMean: 'user-status', routes: [], message: { readable: true } });
    expect(arrives(explanation)).toBe(false);
    expect(ask('nothing-like-it', STATUS)).not.toHaveProperty('didYouMean');
  });

  test.each([
    ['{"user_id":', 'not-json'],
    ['[1]', 'not-object'],
    ['['.repeat(200), 'too-deep'],
    ['{'.concat('"":0,'.repeat(150)), 'too-many-keys'],
    [JSON.stringify({ ...STATUS, status: 'x'.repeat(1000) }), 'too-large'],
  ])('that %.12s… cannot be read: %s', (message, reason) => {
    const explanation = ask('user-status', message);
    expect(explanation.message).toMatchObject({ readable: false, reason });
    expect(explanation.routes[0]?.result).toMatchObject({ kind: 'dropped', reason });
    expect(explanation.routes[0]).not.toHaveProperty('broken');
  });

  test('the JSON parser’s own words, with its place', () => {
    expect(ask('user-status', '{"user_id": 7,}').message).toHaveProperty('parser', expect.stringContaining('position'));
  });
});

describe('would a client hear it?', () => {
  const hidden = { ...SALE, old_owner_id: NOBODY };
  const sole = { id: 1, user_id: NOBODY, type: 't', title: 't', message: 'm' };
  test.each([
    ['7', 'feature-status', SALE, true, 'user 7 is in old_owner_id'],
    ['8', 'feature-status', SALE, true, 'user 8 is in new_owner_id'],
    ['8', 'feature-status', { ...SALE, old_owner_id: 8 }, true, 'user 8 is in old_owner_id, new_owner_id'],
    ['7', 'feature-status', hidden, false, 'user 7 is not in old_owner_id, new_owner_id'],
    ['anonymous', 'feature-status', SALE, false, 'it is for users by their id, and an anonymous client has none'],
    ['9', 'user-status', STATUS, true, 'it is broadcast to all authenticated clients'],
    ['anonymous', 'user-status', STATUS, false, 'it is broadcast to authenticated clients only'],
    ['7', 'user-status', '[]', false, 'the message is dropped because it is not a JSON object'],
    ['7', 'user-status', {}, false, "it breaks the schema: must have required property 'user_id' (#/required)"],
    ['7', 'notifications', sole, false, 'the message is dropped because its target fields hold no user id'],
  ])('%s, of %s %j: %s, because %s', (user, channel, message, hears, because) => {
    const explanation = ask(channel, message, user);
    expect(explanation.routes[0]?.client).toEqual({ hears, because: expect.stringContaining(because) });
    expect(arrives(explanation)).toBe(hears);
  });

  test.each(['anonymous', '7'])('%s, of a broadcast to anyone: yes', (user) => {
    const explanation = ask('feature-events', { id: 1, rgb: 'a' }, user, METARGB);
    expect(explanation.routes[0]?.client).toEqual({ hears: true, because: 'it is broadcast to anyone' });
  });

  test.each(['07', '0', '', '-1', 'Anonymous', '1.5', NOBODY])('%j names no client', (text) => {
    expect(readClient(text, 'uint64')).toBeUndefined();
  });
});

test('the fields that are shown name just those that the gateway sends to', () => {
  const route = SEED.routes.find(({ name }) => name === 'feature-owners');
  const target = route?.target;
  const fields = target?.kind === 'users' ? target.fields : [];
  const id = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom('7', '8', NOBODY, '18446744073709551615'));
  const sale = fc.record({ feature_id: fc.constant(1), old_owner_id: fc.option(id), new_owner_id: id });
  fc.assert(
    fc.property(sale, (message) => {
      const found = findTargets(fields, message, JSON.stringify(message), USER_IDS.uint64);
      const raw = Buffer.from(JSON.stringify(message));
      const [result] = dryRun({ config: SEED, plan: compilePlan(SEED, 1) }, 'feature-status', raw, LIMITS);
      const users = new Set(found.flatMap((field) => field.users));
      const sentTo = result?.kind === 'sent' ? recipientsOf(result.rooms) : [];
      expect([...users]).toEqual(sentTo);
      expect(found.flatMap(({ skipped }) => skipped)).toHaveLength(result?.skipped ?? -1);
    }),
  );
});
