import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { withDeadline, isAnsweredWithin, DeadlineExceeded } from '../../src/redis/deadline.ts';

const never = new Promise<never>(() => undefined);

describe('a deadline', () => {
  test('is exceeded, and not too early', async () => {
    const before = performance.now();
    await expect(withDeadline(never, 500)).rejects.toThrow(DeadlineExceeded);
    expect(performance.now() - before).toBeGreaterThan(450);
  });

  test('does not run while there is progress', async () => {
    let bytes = 0;
    const reading = setInterval(() => (bytes += 1), 30);
    onTestFinished(() => clearInterval(reading));
    const answer = pause(1500, 'late');
    expect(await withDeadline(answer, 300, () => bytes)).toBe('late');
    expect(await isAnsweredWithin(pause(1500), 300)).toBe(false);
  });

  test('does not count a stall of this process: data that arrived during it is read first', async () => {
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

  test('rejects with the error of the answer', async () => {
    await expect(withDeadline(Promise.reject(new Error('no')), 500)).rejects.toThrow('no');
  });
});
