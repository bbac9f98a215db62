import { describe, expect, test } from 'vitest';
import { DEFAULT_ENVELOPE } from '../../src/config/routes/envelope.ts';
import { DEFAULT_IDENTITY } from '../../src/config/routes/identity.ts';
import { parseField } from '../../src/config/routes/field.ts';
import type {
  CheckedControlRoute,
  CheckedEventRoute,
  CheckedRoute,
  RoutesConfig,
} from '../../src/config/routes/route-config.ts';
import { compilePlan } from '../../src/routes/plan.ts';

function configOf(...routes: Partial<CheckedEventRoute>[]): RoutesConfig {
  return configWith(...routes.map(checked));
}

function configWith(...routes: CheckedRoute[]): RoutesConfig {
  return { file: 'routes.yaml', envelope: DEFAULT_ENVELOPE, identity: DEFAULT_IDENTITY, routes };
}

function checked(route: Partial<CheckedEventRoute>, index = 0): CheckedEventRoute {
  return {
    kind: 'event',
    name: `route-${index}`,
    channels: ['news'],
    event: 'news',
    schema: 'news.json',
    target: { kind: 'broadcast' },
    audience: 'authenticated',
    shadow: false,
    onInvalid: 'drop',
    envelope: DEFAULT_ENVELOPE,
    shape: { kind: 'as-published' },
    check: () => undefined,
    payload: payloadOf({ type: 'object' }),
    ...route,
  };
}

function payloadOf(json: unknown, uri = 'file:///news.json'): CheckedRoute['payload'] {
  const main = { uri, json };
  return { main, files: new Map([[uri, main]]) };
}

describe('a plan', () => {
  test('knows the routes of each channel, in the order of the file', () => {
    const plan = compilePlan(configOf({ channels: ['a', 'b'] }, { channels: ['b'] }, { channels: ['c'] }), 3);
    expect(plan.number).toBe(3);
    expect(plan.channels).toEqual(['a', 'b', 'c']);
    expect(plan.routesFor('b').routes.map(({ name }) => name)).toEqual(['route-0', 'route-1']);
  });

  test('puts control routes last: users receive their events before they are disconnected', () => {
    const { check, payload } = checked({});
    const control = (name: string): CheckedControlRoute => ({
      kind: 'control',
      name,
      envelope: DEFAULT_ENVELOPE,
      channels: ['news'],
      schema: 'news.json',
      shadow: false,
      onInvalid: 'drop',
      action: 'disconnect',
      target: { kind: 'users', fields: [parseField('user_id')] },
      check,
      payload,
    });
    const config = configWith(control('ban'), checked({ name: 'a' }), control('logout'), checked({ name: 'b' }));
    const plan = compilePlan(config, 1);
    expect(plan.routesFor('news').routes.map(({ name }) => name)).toEqual(['a', 'b', 'ban', 'logout']);
    expect(plan.routes.map(({ name }) => name)).toEqual(['ban', 'a', 'logout', 'b']);
  });

  test.each(['other', '', 'NEWS', '__proto__', 'constructor', 'toString'])(
    'has no route for channel "%s"',
    (channel) => {
      expect(compilePlan(configOf({}), 1).routesFor(channel).routes).toEqual([]);
    },
  );

  test('cannot be changed', () => {
    const plan = compilePlan(configOf({}), 1);
    expect(Object.isFrozen(plan)).toBe(true);
    for (const route of plan.routes) expect(Object.isFrozen(route)).toBe(true);
  });

  test('has the hash of an equal plan, and not of another', () => {
    const fields = new Map([['a', parseField('b')]]);
    const hashes = [
      configOf({}),
      configOf({ event: 'other' }),
      configOf({ shadow: true }),
      configOf({ next: { check: () => undefined, payload: payloadOf({ type: 'object', required: ['b'] }) } }),
      configOf({ payload: payloadOf({ type: 'object', required: ['a'] }) }),
      configOf({ channels: ['other'] }),
      configOf({ target: { kind: 'users', fields: [parseField('a')] } }),
      configOf({ shape: { kind: 'map', fields } }),
      configOf({ shape: { kind: 'map', fields: new Map([['a', parseField('c')]]) } }),
    ].map((config) => compilePlan(config, 1).hash);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(compilePlan(configOf({}), 2).hash).toBe(hashes[0]);
    const elsewhere = configOf({ payload: payloadOf({ type: 'object' }, 'file:///elsewhere.json') });
    expect(compilePlan(elsewhere, 1).hash).toBe(hashes[0]);
  });
});
