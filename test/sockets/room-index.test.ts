import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { RoomIndex, sizeOf } from '../../src/sockets/fanout/room-index.ts';

const ROOMS = ['a', 'b', 'c'];
const member = fc.nat(19);
const step = fc.record({ joins: fc.boolean(), member, rooms: fc.subarray(ROOMS, { minLength: 1 }) });

test('after any joins and leaves, in rooms of one or many, each room has its members', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const index = new RoomIndex<number>();
      const expected = new Map<string, Set<number>>(ROOMS.map((room) => [room, new Set()]));
      for (const { joins, member, rooms } of steps) {
        if (joins) index.join(member, rooms);
        else index.leave(member, rooms);
        for (const room of rooms) expected.get(room)?.[joins ? 'add' : 'delete'](member);
      }
      for (const [room, members] of expected) {
        expect(new Set(index.members(room))).toEqual(members);
        expect(sizeOf(index.members(room))).toBe(members.size);
        for (const one of [0, 7, 19]) expect(index.has(room, one)).toBe(members.has(one));
      }
      expect([...index.names()].sort()).toEqual(ROOMS.filter((room) => expected.get(room)?.size !== 0));
    }),
  );
});

test.each([2, 8, 9, 30])(
  'who goes through a room of %i meets each member once, though members leave meanwhile',
  (size) => {
    const index = new RoomIndex<number>();
    for (let one = 0; one < size; one += 1) index.join(one, ['a']);
    const met: number[] = [];
    for (const one of index.members('a') ?? []) {
      met.push(one);
      index.leave(one, ['a']);
    }
    expect(met).toEqual(Array.from({ length: size }, (_, one) => one));
    expect([...index.names()]).toEqual([]);
  },
);
