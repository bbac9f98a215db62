import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CompactingQueue } from '../../src/flow/compacting-queue.ts';

test('a queue behaves as an array does, whatever is pushed and shifted', () => {
  const count = fc.integer({ min: 0, max: 200 });
  const steps = fc.array(fc.record({ pushes: count, shifts: count }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(fc.integer()), steps, (first, all) => {
      const model = [...first];
      const queue = new CompactingQueue([...first]);
      let next = 0;
      for (const { pushes, shifts } of all) {
        for (let i = 0; i < pushes; i += 1) {
          model.push(next);
          queue.push(next++);
        }
        for (let i = 0; i < shifts; i += 1) expect(queue.shift()).toBe(model.shift());
        expect(queue.size).toBe(model.length);
        expect(queue.from(0)).toEqual(model);
        expect(queue.from(model.length - 5)).toEqual(model.slice(-5));
        for (const index of [0, 1, model.length - 1, model.length])
          expect(queue.at(index)).toBe(index < 0 ? undefined : model[index]);
      }
    }),
  );
});
