import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EventPacket } from '../../src/sockets/fanout/event-packet.ts';
import { EngineIoWriter } from '../../src/sockets/servers/socket-io/engine-io-writer.ts';
import { Recipient } from '../../src/sockets/fanout/recipient.ts';
import { SlowConsumers } from '../../src/sockets/fanout/slow-consumers.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

const MAX_BYTES = 1000;
const MAX_AGE = 2000;

/** A client that takes nothing unless it is told to; what is for it is added to what waits. */
function stage() {
  const writeBuffer: { data: string }[] = [];
  const session = { readyState: 'open', transport: {}, writeBuffer, write() {}, close() {}, on() {}, off() {} };
  const causes: string[] = [];
  const readers = new SlowConsumers(
    { maxBytes: MAX_BYTES, maxAge: MAX_AGE },
    { cut: (cause) => void causes.push(cause), superseded: () => void causes.push('superseded') },
  );
  const watch = (one: Recipient): void => readers.watch(one);
  const outlet = new Recipient(new EngineIoWriter(session, false), { resumable: false, traced: false }, watch);
  return {
    causes,
    readers,
    /** Something waits already. */
    wait: (bytes: number) => void writeBuffer.push({ data: 'x'.repeat(bytes) }),
    takeOne: () => void writeBuffer.shift(),
    watch: () => watch(outlet),
    /** Whether a message may be sent. */
    admits(bytes: number, latestKey?: string): boolean {
      const packet = new EventPacket('e', JSON.stringify('x'.repeat(bytes)), latestKey);
      return outlet.sendQueue === undefined || readers.admit(outlet, outlet.sendQueue, packet);
    },
  };
}

test('more bytes than may wait', () => {
  const { wait, watch, admits, causes } = stage();
  wait(600);
  watch();
  expect(admits(200)).toBe(true);
  expect(admits(500)).toBe(false);
  expect(causes).toEqual(['bytes']);
});

test('more bytes than may wait, none of which were ours to admit', () => {
  const { wait, watch, causes } = stage();
  wait(600);
  watch();
  wait(600);
  vi.advanceTimersByTime(600);
  expect(causes).toEqual(['bytes']);
});

test('one message alone may be longer than that', () => {
  const { wait, watch, takeOne, causes } = stage();
  wait(5000);
  watch();
  vi.advanceTimersByTime(1500);
  takeOne();
  vi.advanceTimersByTime(1500);
  expect(causes).toEqual([]);
});

test('something that is too old, when more is to follow', () => {
  const { wait, watch, admits, causes } = stage();
  wait(10);
  watch();
  vi.advanceTimersByTime(MAX_AGE - 100);
  expect(admits(10)).toBe(true);
  vi.advanceTimersByTime(101);
  expect(admits(10)).toBe(false);
  expect(causes).toEqual(['age']);
});

test('nothing taken for too long', () => {
  const { wait, watch, causes } = stage();
  wait(10);
  watch();
  vi.advanceTimersByTime(MAX_AGE + 600);
  expect(causes).toEqual(['stalled']);
});

test('more keys of a route with latest than there is room for; what is kept counts as waiting', () => {
  const { wait, watch, admits, readers, causes } = stage();
  wait(600);
  watch();
  expect([admits(200, 'a'), admits(200, 'a'), admits(200, 'b')]).toEqual([false, false, false]);
  expect(causes).toEqual(['superseded']);
  expect(readers.queuedBytes()).toBeGreaterThan(1000);
  expect(admits(200, 'c')).toBe(false);
  expect(causes).toEqual(['superseded', 'bytes']);
});
