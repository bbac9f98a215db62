import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Heartbeat } from '../../src/sockets/servers/native/heartbeat.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const TIMES = { pingInterval: 25_000, pingTimeout: 20_000 };
/** A look may come so much later than its time. */
const LATE = 500;

function stage() {
  const heartbeat = new Heartbeat(TIMES);
  const told: string[] = [];
  const join = (name: string) => {
    const session = { ping: () => void told.push(`ping ${name}`), onTimeout: () => void told.push(`silent ${name}`) };
    heartbeat.begin(session);
    return session;
  };
  return { heartbeat, told, join };
}

test('a session is asked each interval after its last answer', () => {
  const { heartbeat, told, join } = stage();
  const session = join('a');
  vi.advanceTimersByTime(TIMES.pingInterval - 1);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(LATE + 1);
  expect(told).toEqual(['ping a']);
  vi.advanceTimersByTime(10_000);
  heartbeat.pong(session);
  vi.advanceTimersByTime(TIMES.pingInterval - 1);
  expect(told).toEqual(['ping a']);
  vi.advanceTimersByTime(LATE + 1);
  expect(told).toEqual(['ping a', 'ping a']);
});

test('a session that does not answer in time is silent, and another is not', () => {
  const { heartbeat, told, join } = stage();
  const [, other] = [join('a'), join('b')];
  vi.advanceTimersByTime(TIMES.pingInterval + LATE);
  heartbeat.pong(other);
  vi.advanceTimersByTime(TIMES.pingTimeout + LATE);
  expect(told).toEqual(['ping a', 'ping b', 'silent a']);
});

test('another packet extends the deadline of a pinged session once', () => {
  const { heartbeat, told, join } = stage();
  const session = join('a');
  vi.advanceTimersByTime(TIMES.pingInterval + LATE);
  vi.advanceTimersByTime(TIMES.pingTimeout - LATE - 1);
  heartbeat.activity(session);
  vi.advanceTimersByTime(TIMES.pingTimeout - LATE - 1);
  heartbeat.activity(session);
  expect(told).toEqual(['ping a']);
  vi.advanceTimersByTime(2 * LATE + 2);
  expect(told).toEqual(['ping a', 'silent a']);
});

test('an ended session is not pinged, and the timer stops with the last session', () => {
  const { heartbeat, told, join } = stage();
  heartbeat.end(join('a'));
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(TIMES.pingInterval + LATE);
  expect(told).toEqual([]);
});
