import { describe, expect, test } from 'vitest';
import type { Fanout } from '../../src/dispatch/fanout.ts';

/** A fan-out with receivers that a test puts into rooms. */
export interface FanoutStage {
  readonly fanout: Fanout;
  /** @returns the receiver of a new socket in these rooms. */
  join(rooms: readonly string[]): Promise<Receiver>;
}

export interface Receiver {
  /** What has come, in order: event and payload text. Whatever was emitted before this call has arrived. */
  received(): Promise<[event: string, payload: string][]>;
  leave(): Promise<void>;
}

/** What dispatch expects of every fan-out. */
export function describeFanout(name: string, stage: () => Promise<FanoutStage>): void {
  describe(`${name}, as a fan-out,`, () => {
    test('counts the sockets of a room, and none in an empty one', async () => {
      const { fanout, join } = await stage();
      await join(['a']);
      await join(['a', 'b']);
      expect(fanout.count(['a'])).toBe(2);
      expect(fanout.count(['b'])).toBe(1);
      expect(fanout.count(['c'])).toBe(0);
      expect(fanout.count([])).toBe(0);
    });

    test('counts a socket once for each of its rooms', async () => {
      const { fanout, join } = await stage();
      await join(['a', 'b']);
      expect(fanout.count(['a', 'b', 'c'])).toBe(2);
    });

    test('forgets who has left', async () => {
      const { fanout, join } = await stage();
      const gone = await join(['a']);
      await gone.leave();
      expect(fanout.count(['a'])).toBe(0);
    });

    test('emits once to every socket in any of the rooms, and to no other socket', async () => {
      const { fanout, join } = await stage();
      const [inA, inB, inBoth, inC] = await Promise.all([join(['a']), join(['b']), join(['a', 'b']), join(['c'])]);
      fanout.emit(['a', 'b'], 'news', '{"id":1}');
      for (const receiver of [inA, inB, inBoth]) expect(await receiver.received()).toEqual([['news', '{"id":1}']]);
      expect(await inC.received()).toEqual([]);
    });

    test('never takes no rooms for all rooms', async () => {
      const { fanout, join } = await stage();
      const receiver = await join(['a']);
      expect(() => fanout.emit([], 'news', '{}')).toThrow('without rooms');
      expect(await receiver.received()).toEqual([]);
    });

    test('emits to an empty room without harm', async () => {
      const { fanout, join } = await stage();
      const receiver = await join(['a']);
      fanout.emit(['nobody'], 'news', '{}');
      expect(await receiver.received()).toEqual([]);
    });

    test.each([
      ['a number beyond 2^53', '{"id":9007199254740993}'],
      ['spacing and forms of numbers', '{ "a" : 1.0,\n\t"b":1E+2 }'],
      ['escapes and emojis', '{"a":"\\u00e9\\/\\ud83d\\ude42🙂"}'],
      ['a repeated key', '{"a":1,"a":2}'],
      ['what looks like a placeholder of bytes', '{"_placeholder":true,"num":0}'],
    ])('leaves the payload as it is: %s', async (_, payload) => {
      const { fanout, join } = await stage();
      const receiver = await join(['a']);
      fanout.emit(['a'], 'news', payload);
      expect(await receiver.received()).toEqual([['news', payload]]);
    });

    test.each(['with "quotes"', 'mit Ümläuten', '["x"]', '__proto__'])(
      'knows no special event name: %s',
      async (event) => {
        const { fanout, join } = await stage();
        const receiver = await join(['a']);
        fanout.emit(['a'], event, '{}');
        expect(await receiver.received()).toEqual([[event, '{}']]);
      },
    );

    test('keeps the order', async () => {
      const { fanout, join } = await stage();
      const receiver = await join(['a']);
      for (let id = 0; id < 200; id += 1) fanout.emit(['a'], 'news', String(id));
      expect((await receiver.received()).map(([, payload]) => Number(payload))).toEqual(
        Array.from({ length: 200 }, (_, id) => id),
      );
    });

    test('takes 100,000 rooms', async () => {
      const { fanout, join } = await stage();
      const rooms = Array.from({ length: 100_000 }, (_, index) => `user:${index}`);
      const receiver = await join(['user:99999']);
      expect(fanout.count(rooms)).toBe(1);
      fanout.emit(rooms, 'news', '{}');
      expect(await receiver.received()).toEqual([['news', '{}']]);
    });
  });
}
