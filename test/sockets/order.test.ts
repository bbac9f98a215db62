import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createFanout } from '../../src/sockets/fanout.ts';
import { createClient } from '../support/client.ts';
import { startSocketIo } from './socket-io.ts';

const EVENTS = { cut() {}, superseded() {}, directWritesOff() {} };
const COUNT = 3000;

/** Numbers from 0 on, each by another of the ways that lead to a socket, at least until it is on this transport. */
async function stage(until: string, direct: boolean) {
  const { io, url } = await startSocketIo();
  const fanout = createFanout({ direct, maxBytes: 2 ** 30, maxAge: 60_000, events: EVENTS });
  io.on('connection', (socket) => {
    fanout.join(socket.conn, ['everyone', 'user:7']);
    void (async () => {
      let after = 0;
      for (let id = 0; after < COUNT; id += 1) {
        if (socket.conn.transport.name === until) after += 1;
        if (id % 7 === 3) socket.emit('number', id);
        else fanout.emit([id % 3 === 0 ? 'user:7' : 'everyone'], 'number', String(id));
        if (id % 5 === 0) await nextTurn();
      }
      socket.emit('end');
    })();
  });
  return url;
}

describe.each([
  ['past it', true],
  ['by way of it', false],
])('what the library sends and what the gateway writes %s', (_, direct) => {
  test.each([
    ['over websocket', ['websocket'], 'websocket'],
    ['over polling', ['polling'], 'polling'],
    ['before, during and after an upgrade', ['polling', 'websocket'], 'websocket'],
  ])('arrive in the order of sending %s', async (_, transports, until) => {
    const client = createClient(await stage(until, direct), { transports });
    await client.next('end');
    const numbers = client.heard.filter(({ event }) => event === 'number').map(({ args }) => args[0]);
    expect(numbers.length).toBeGreaterThanOrEqual(COUNT);
    expect(numbers).toEqual(Array.from(numbers, (_, id) => id));
  });

  test('arrive whole, from a few bytes to more than a megabyte', async () => {
    const { io, url } = await startSocketIo();
    const fanout = createFanout({ direct, maxBytes: 2 ** 30, maxAge: 60_000, events: EVENTS });
    const texts = [0, 100, 125, 126, 127, 65_500, 65_535, 65_536, 1_500_000].map((length) => 'é'.repeat(length / 2));
    io.on('connection', (socket) => {
      fanout.join(socket.conn, ['everyone']);
      for (const text of texts) fanout.emit(['everyone'], 'text', JSON.stringify({ text }));
    });
    const client = createClient(url);
    for (const text of texts) expect(await client.next('text')).toEqual([{ text }]);
  });
});

test('a goodbye comes behind what was sent before it', async () => {
  const { io, url } = await startSocketIo();
  const fanout = createFanout({ maxBytes: 2 ** 30, maxAge: 60_000, events: EVENTS });
  io.on('connection', (socket) => {
    fanout.join(socket.conn, ['everyone']);
    fanout.emit(['everyone'], 'number', '1');
    socket.disconnect(true);
  });
  const client = createClient(url, { reconnection: false });
  expect(await client.next('disconnect')).toEqual(['io server disconnect']);
  expect(client.heard).toEqual([{ event: 'number', args: [1] }]);
});
