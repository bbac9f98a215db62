import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { formatFinding } from '../../src/config/text/findings.ts';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import { createDispatch } from '../../src/dispatch/pubsub.ts';
import { repeatedKey } from '../../src/routes/json-survey.ts';
import { compilePlan, type Plan } from '../../src/routes/plan.ts';
import { fuzz, FUZZ_TIMEOUT } from './fuzz.ts';

// Targets, map and omit of all forms, over messages that are poisoned in the places they point to.

const LIMITS = { maxMessageBytes: 10_000, maxMessageDepth: 64, maxMessageKeys: 1000, maxTargetIds: 5 };

const root = mkdtempSync(join(tmpdir(), 'fuzz-'));
afterAll(() => rmSync(root, { recursive: true }));
const FILE = join(root, 'routes.yaml');
writeFileSync(join(root, 'any.json'), '{"type":"object"}');

/** As the routes file writes a place, and the way there. */
const PLACES = {
  to: ['to'],
  '/data/to': ['data', 'to'],
  '/list/0': ['list', '0'],
  '/list/length': ['list', 'length'],
  __proto__: ['__proto__'],
  '/__proto__/to': ['__proto__', 'to'],
  // Of the prototype's that would be 1.
  '/constructor/length': ['constructor', 'length'],
  '/a~1b': ['a/b'],
  '/data/data/0/to': ['data', 'data', '0', 'to'],
} as const;
type Place = keyof typeof PLACES;
const place = fc.constantFrom(...Object.keys(PLACES).filter((key): key is Place => Object.hasOwn(PLACES, key)));

const route = fc.record({
  fields: fc.uniqueArray(place, { minLength: 1, maxLength: 4 }),
  // Of lists nothing can be omitted.
  omit: fc.option(place.filter((key) => !/\d/.test(key))),
  map: fc.option(fc.tuple(fc.constantFrom('a', 'to'), place)),
});
type FuzzedRoute = typeof route extends fc.Arbitrary<infer T> ? T : never;

/** JSON text: that of numbers, too, is not always as JSON.stringify would write it. */
const IDS =
  '7 "7" 8 9007199254740993 "9007199254740993" "18446744073709551616" 07 "07" " 7" -7 7.0 7e0 1e400 0 -0'.split(' ');
const NO_IDS = '"" "*" null true {} {"to":7} "__proto__" "\\u0037"'.split(' ');
const id = fc.constantFrom(...IDS, ...NO_IDS);
const value = fc.oneof(
  id,
  fc.array(id, { maxLength: 7 }).map((ids) => `[${ids.join()}]`),
);
const inner = fc
  .tuple(fc.constantFrom('to', 'data', 'length', '\\u0074o'), value)
  .map(([key, text]) => `{"${key}":${text}}`);
const deep = inner.map((text) => `{"to":"8","data":[${text}]}`);
const member = fc
  .tuple(
    fc.constantFrom('to', 'data', 'list', '__proto__', 'constructor', 'a/b', 'length', '\\u0074o'),
    fc.oneof(value, inner, deep),
  )
  .map(([key, text]) => `"${key}": ${text}`);
const message = fc.array(member, { maxLength: 8 }).map((members) => `{${members.join(', ')}}`);

function planOf({ fields, omit, map }: FuzzedRoute): Plan {
  const target = JSON.stringify({ users: fields.map((field) => `${field}?`) });
  const mapped = omit === null && map !== null ? `, map: { "${map[0]}": "${map[1]}" }` : '';
  const omitted = omit === null ? '' : `, omit: ["${omit}"]`;
  writeFileSync(
    FILE,
    `version: 1\nroutes:\n  r: { event: e, schema: any.json, target: ${target}${omitted}${mapped} }\n`,
  );
  const { config, findings } = loadRoutes(FILE, root);
  if (!config) throw new Error(findings.map(formatFinding).join('\n'));
  return compilePlan(config, 1);
}

/** The rules for targets in other words than the code's. @returns undefined where they are too many. */
function usersNamed(parsed: unknown, fields: readonly Place[]): Set<string> | undefined {
  const found = fields
    .map((field) => PLACES[field].reduce<unknown>(ownMember, parsed))
    .filter((one) => one !== undefined && one !== null);
  const items = found.flatMap((one): unknown[] => (Array.isArray(one) ? one : [one]));
  if (items.length > LIMITS.maxTargetIds) return undefined;
  const texts = items.filter((item) => typeof item === 'string' || Number.isSafeInteger(item)).map(String);
  return new Set(texts.filter((text) => /^[1-9]\d*$/.test(text) && BigInt(text) < 2n ** 64n));
}

function ownMember(from: unknown, key: string): unknown {
  if (typeof from !== 'object' || from === null) return undefined;
  return Object.entries(from).find(([name]) => name === key)?.[1];
}

test('any target names the users that the message names, and no other', { timeout: FUZZ_TIMEOUT }, async () => {
  let delivered = 0;
  const check = ({ route: tried, text }: { route: FuzzedRoute; text: string }): void => {
    const plan = planOf(tried);
    const emitted: { rooms: readonly string[]; payload: string }[] = [];
    let handled = 0;
    const dispatch = createDispatch({
      plan: () => plan,
      fanout: { count: () => 1, emit: (rooms, _event, payload) => void emitted.push({ rooms, payload }) },
      control: { disconnectUsers: () => 0 },
      events: { handled: () => (handled += 1) },
      limits: LIMITS,
    });
    dispatch('r', Buffer.from(text));
    expect(handled).toBe(1);
    expect(emitted.map(({ rooms }) => new Set(rooms))).toEqual(expectedRooms(text, tried.fields));
    for (const { payload } of emitted)
      expect(JSON.parse(payload)).toSatisfy((shaped) => isShaped(shaped, JSON.parse(text), tried));
    delivered += emitted.length;
  };
  await fuzz(fc.record({ route, text: message }), check, 'shrink');
  expect(delivered).toBeGreaterThan(0);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

/** What `map` takes is what JSON.parse finds, and what `omit` names is gone. */
function isShaped(payload: unknown, published: unknown, { omit, map }: FuzzedRoute): boolean {
  const at = (from: unknown, field: Place): unknown => PLACES[field].reduce<unknown>(ownMember, from);
  if (omit !== null) return at(payload, omit) === undefined;
  if (map === null) return isDeepStrictEqual(payload, published);
  return isDeepStrictEqual(ownMember(payload, map[0]), at(published, map[1]));
}

function expectedRooms(text: string, fields: readonly Place[]): Set<string>[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  if (repeatedKey(text) !== undefined) return [];
  const users = usersNamed(parsed, fields);
  return users === undefined || users.size === 0 ? [] : [new Set(Array.from(users, (user) => `user:${user}`))];
}
