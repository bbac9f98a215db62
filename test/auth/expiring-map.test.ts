import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExpiringMap } from '../../src/auth/expiring-map.ts';

const LIFETIME = 10;
const MOST = 3;

const step = fc.record({ wait: fc.nat(6), key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), forget: fc.boolean() });

test('a map has the entries that were set last, within lifetime and limit, and no others', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const map = new ExpiringMap<string, number>(LIFETIME, MOST);
      let model: { key: string; value: number; at: number }[] = [];
      let now = 0;
      for (const [value, { wait, key, forget }] of steps.entries()) {
        now += wait;
        model = model.filter((entry) => entry.key !== key);
        if (forget) map.delete(key);
        else {
          map.set(key, value, now);
          model = [...model, { key, value, at: now }].slice(-MOST);
        }
        for (const one of 'abcde') {
          const known = model.find((entry) => entry.key === one && now - entry.at < LIFETIME);
          expect(map.get(one, now)).toBe(known?.value);
        }
        expect(map.size).toBeLessThanOrEqual(MOST);
      }
    }),
    { numRuns: 500 },
  );
});
