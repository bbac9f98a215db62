import { describe, expect, test } from 'vitest';
import { ConnectFailed, connectCauseOf } from '../../src/redis/connect-cause.ts';
import { createReconnectBackoff } from '../../src/redis/reconnect-backoff.ts';

describe('the pauses between attempts to connect', () => {
  const failed = (message: string): ConnectFailed =>
    new ConnectFailed('h:1', connectCauseOf(new Error(message), false));

  test('grow with each failure, to two and a half seconds at most', () => {
    const backoff = createReconnectBackoff();
    const pauses = Array.from({ length: 12 }, () => {
      backoff.failed(failed('connect ECONNREFUSED'));
      return backoff.next();
    });
    expect(pauses[0]).toBeLessThanOrEqual(250);
    expect(pauses.slice(-3).every((ms) => ms >= 1500 && ms <= 2500)).toBe(true);
  });

  test('are long from the first refusal on', () => {
    for (const reason of ['WRONGPASS invalid', 'NOAUTH Authentication required.', 'NOPERM no permissions']) {
      const backoff = createReconnectBackoff();
      backoff.failed(failed(reason));
      expect(backoff.next()).toBeGreaterThanOrEqual(1000);
    }
  });

  test('are short after a connection that lasted, and half a second at most where connections end soon', () => {
    let now = 0;
    const backoff = createReconnectBackoff(() => now);
    backoff.connected();
    now += 10_000;
    backoff.lost();
    expect(backoff.next()).toBeLessThanOrEqual(125);
    for (let i = 0; i < 10; i += 1) {
      backoff.connected();
      backoff.lost();
      expect(backoff.next()).toBeLessThanOrEqual(500);
    }
  });
});
