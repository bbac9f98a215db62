import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { withDeadline, hasAnswer, DeadlineExceeded } from '../../src/redis/deadline.ts';
import { createReconnectBackoff } from '../../src/redis/reconnect-backoff.ts';
import { ConnectFailed } from '../../src/redis/server-connection.ts';

const never = new Promise<never>(() => undefined);

describe('patience', () => {
  test('ends, and not too soon', async () => {
    const before = performance.now();
    await expect(withDeadline(never, 500)).rejects.toThrow(DeadlineExceeded);
    expect(performance.now() - before).toBeGreaterThan(450);
  });

  test('lasts as long as there is progress', async () => {
    let bytes = 0;
    const reading = setInterval(() => (bytes += 1), 30);
    onTestFinished(() => clearInterval(reading));
    const answer = pause(1500, 'late');
    expect(await withDeadline(answer, 300, () => bytes)).toBe('late');
    expect(await hasAnswer(pause(1500), 300)).toBe(false);
  });

  test('does not count the time in which we did not look: what came meanwhile is read first', async () => {
    const server = createServer((socket) => void socket.on('data', () => socket.write('answer'))).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    socket.write('question');
    const answer = once(socket, 'data');
    const waiting = withDeadline(answer, 500);
    const until = performance.now() + 1500;
    while (performance.now() < until);
    expect(String(await waiting)).toBe('answer');
  });

  test('passes on what the answer fails with', async () => {
    await expect(withDeadline(Promise.reject(new Error('no')), 500)).rejects.toThrow('no');
  });
});

describe('the pace of attempts', () => {
  const place = { host: 'h', port: 1 };

  test('slows down where nothing helps, to two and a half seconds at most', () => {
    const pace = createReconnectBackoff();
    const pauses = Array.from({ length: 12 }, () => {
      pace.failed(new ConnectFailed(place, 'ECONNREFUSED'));
      return pace.next();
    });
    expect(pauses[0]).toBeLessThanOrEqual(250);
    expect(pauses.slice(-3).every((ms) => ms >= 1500 && ms <= 2500)).toBe(true);
  });

  test('is slow at once where Redis does not let us', () => {
    for (const reason of ['WRONGPASS invalid', 'NOAUTH Authentication required.', 'NOPERM no permissions']) {
      const pace = createReconnectBackoff();
      pace.failed(new ConnectFailed(place, reason));
      expect(pace.next()).toBeGreaterThanOrEqual(1000);
    }
  });

  test('is quick after a link that held, and half a second at most where links end soon', () => {
    let now = 0;
    const pace = createReconnectBackoff(() => now);
    pace.linked();
    now += 10_000;
    pace.lost();
    expect(pace.next()).toBeLessThanOrEqual(125);
    for (let i = 0; i < 10; i += 1) {
      pace.linked();
      pace.lost();
      expect(pace.next()).toBeLessThanOrEqual(500);
    }
  });
});
