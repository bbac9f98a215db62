import * as fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import { publishWay } from '../../src/contract/publish/preflight-publish.ts';
import { before, fromRedisBytes, fromRedisId, readPosition, START, toRedisId } from '../../src/durable/position.ts';
import { createQuota } from '../../src/durable/quota.ts';
import { Ring } from '../../src/durable/ring.ts';
import { GOOD_ROUTE, plant, treeOf } from '../config/tree.ts';
import { RecentIds } from '../../src/dispatch/recent-ids.ts';

const HALF = fc.oneof(fc.bigInt(0n, 3n), fc.bigInt(0n, 2n ** 64n - 1n));
const ID = fc.tuple(HALF, HALF);
const written = ([ms, sequence]: readonly [bigint, bigint]): string => `${ms}-${sequence}`;

describe('a position', () => {
  test('compares as text as Redis orders it, and is what it was', () => {
    fc.assert(
      fc.property(ID, ID, (a, b) => {
        const [x, y] = [fromRedisId(written(a)), fromRedisId(written(b))];
        expect(toRedisId(x)).toBe(written(a));
        expect(fromRedisBytes(Buffer.from(written(a)))).toBe(x);
        expect(x < y).toBe(a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]));
      }),
    );
  });

  test('has the next smaller one before it', () => {
    fc.assert(
      fc.property(ID, ID, (a, b) => {
        const [x, y] = [fromRedisId(written(a)), fromRedisId(written(b))];
        expect(before(x) < x).toBe(x !== START);
        expect(y <= before(x)).toBe(y < x || (x === START && y === START));
      }),
    );
    expect(before(START)).toBe(START);
  });

  test('is accepted from a client only in exactly its form', () => {
    expect(readPosition({ e: 'a_b-9', id: START })).toEqual({ e: 'a_b-9', id: START });
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (claim) => {
        expect(readPosition(claim)).toBeUndefined();
      }),
    );
    for (const id of ['', '1-1', `${START}0`, ` ${START}`, `${START}\n`, 1, null])
      expect(readPosition({ e: 'x', id })).toBeUndefined();
    for (const e of ['', ' ', 'x'.repeat(65), 'a b', {}]) expect(readPosition({ e, id: START })).toBeUndefined();
  });
});

describe('a ring', () => {
  const anyone = (): boolean => true;

  test('returns each text unchanged, whatever its length and characters, to its recipients', () => {
    const texts = fc.array(
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.nat(3).map((more) => 'ö'.repeat(30_000 + more * 10_000)),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 20 }), (all, entries) => {
        const ring = new Ring({ entries, bytes: 100_000_000 });
        const pushed = all.map((text, index) => {
          const entry = {
            id: fromRedisId(`${index + 1}-0`),
            rooms: [index % 3 === 0 ? 'fizz' : 'other'],
            except: [],
            text,
          };
          ring.push(entry);
          return entry;
        });
        const kept = pushed.slice(-entries);
        const isFizz = ({ rooms }: { readonly rooms: readonly string[] }): boolean => rooms.includes('fizz');
        expect([...ring.after(START, anyone)]).toEqual(kept);
        expect([...ring.after(START, isFizz)]).toEqual(kept.filter(isFizz));
        expect(ring.last(3, isFizz)).toEqual(kept.filter(isFizz).slice(-3));
        ring.reset(START);
        expect([ring.size, ring.bytes, [...ring.after(START, anyone)]]).toEqual([0, 0, []]);
      }),
    );
  });

  test('holds the last entries, and all of them behind its floor', () => {
    const sizes = fc.array(fc.nat(300), { maxLength: 300 });
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 300, max: 5000 }),
        (lengths, entries, bytes) => {
          const ring = new Ring({ entries, bytes });
          const ids = lengths.map((length, index) => {
            const id = fromRedisId(`${index + 1}-0`);
            ring.push({ id, rooms: [], except: [], text: 'x'.repeat(length) });
            return id;
          });
          expect(ring.size).toBeLessThanOrEqual(entries);
          expect(ring.bytes).toBeLessThanOrEqual(bytes);
          expect([...ring.after(START, anyone)].map(({ id }) => id)).toEqual(ids.filter((id) => id > ring.floor));
          const from = ids[Math.floor(ids.length / 2)] ?? START;
          expect([...ring.after(from, anyone)].map(({ id }) => id)).toEqual(
            ids.filter((id) => id > from && id > ring.floor),
          );
          expect(ring.lastIds(5)).toEqual(ids.filter((id) => id > ring.floor).slice(-5));
        },
      ),
    );
  });
});

test('recent ids know an id for as long as it is among the last ones', () => {
  const ids = fc.array(fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined }), { maxLength: 200 });
  fc.assert(
    fc.property(ids, fc.nat(8), (all, window) => {
      const recent = new RecentIds(window);
      for (const [index, id] of all.entries()) {
        const known = id !== undefined && all.slice(Math.max(0, index - window), index).includes(id);
        expect(recent.add(id)).toBe(known);
      }
    }),
  );
});

test('a user may have a burst of sixty reads from Redis, and two per second after that', () => {
  let now = 0;
  const quota = createQuota({ burst: 60, perSecond: 2 }, () => now);
  const allowed = (): number => Array.from({ length: 100 }, () => quota.take('user:7')).filter(Boolean).length;
  expect(allowed()).toBe(60);
  expect(quota.take('user:8')).toBe(true);
  now += 5000;
  expect(allowed()).toBe(10);
});

test('a message goes to each stream and channel of its name once, and to each route that names it', () => {
  const body = GOOD_ROUTE.split('\n').slice(3).join('\n');
  const route = (name: string, lines: string): string => `  ${name}:\n${body.replace('changed', name)}${lines}`;
  const routes = [
    route('a', '    source: { stream: s, field: f }\n'),
    route('b', '    channel: s\n    source: { id: event, also: pubsub }\n'),
    route('c', '    channel: c\n    source: { stream: moved, also: pubsub }\n'),
    route('d', '    channel: [c, both]\n'),
    route('both', '    source: stream\n'),
  ];
  const { config, findings } = loadRoutes(
    join(plant(treeOf({ routes: `version: 1\nroutes:\n${routes.join('')}` })), 'config/routes.yaml'),
  );
  if (config === undefined) throw new Error(JSON.stringify(findings));
  const entry = { fields: ['payload'], idFields: ['id'] };
  expect(publishWay(config, 's')).toEqual({
    entry: { fields: ['f', 'payload'], idFields: ['id', 'event'] },
    pubsub: false,
  });
  expect(publishWay(config, 'c')).toEqual({ pubsub: true });
  expect(publishWay(config, 'moved')).toEqual({ entry, pubsub: false });
  expect(publishWay(config, 'both')).toEqual({ entry, pubsub: true });
  expect(publishWay(config, 'nobody')).toEqual({ pubsub: true });
});
