import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createFanout } from '../../src/sockets/fanout/fanout.ts';
import type { ClientSocket, SocketHandlers } from '../../src/sockets/servers/socket-server.ts';
import { createClient } from '../support/client.ts';
import { startSocketServer } from './socket-io.ts';

const EVENTS = { cut() {}, superseded() {} };
const COUNT = 3000;

const createPatientFanout = () => createFanout({ maxBytes: 2 ** 30, maxAge: 60_000, events: EVENTS });

/** Numbers from 0 on, each by another of the ways that lead to a socket, at least until it is on this transport. */
function numbersUntil(transport: string): Pick<SocketHandlers, 'entered'> {
  const fanout = createPatientFanout();
  const sendNumbers = async (socket: ClientSocket): Promise<void> => {
    let after = 0;
    for (let id = 0; after < COUNT; id += 1) {
      if (socket.conn.transport.name === transport) after += 1;
      if (id % 7 === 3) socket.emit('number', id);
      else fanout.emit([id % 3 === 0 ? 'user:7' : 'everyone'], 'number', String(id));
      if (id % 5 === 0) await nextTurn();
    }
    socket.emit('end');
  };
  return {
    entered(socket, line) {
      fanout.join(line, ['everyone', 'user:7']);
      void sendNumbers(socket);
    },
  };
}

describe.each([
  ['by our own server', 'gateway', true],
  ['past the library', 'socket.io', true],
  ['by way of the library', 'socket.io', false],
] as const)('what the protocol sends and what the gateway writes %s', (_, webSockets, direct) => {
  test.each([
    ['over websocket', ['websocket'], 'websocket'],
    ['over polling', ['polling'], 'polling'],
    ['before, during and after an upgrade', ['polling', 'websocket'], 'websocket'],
  ])('arrive in the order of sending %s', async (_, transports, until) => {
    const { url } = await startSocketServer(webSockets, numbersUntil(until), direct);
    const client = createClient(url, { transports });
    await client.next('end');
    const numbers = client.received.filter(({ event }) => event === 'number').map(({ args }) => args[0]);
    expect(numbers.length).toBeGreaterThanOrEqual(COUNT);
    expect(numbers).toEqual(Array.from(numbers, (_, id) => id));
  });

  test('arrive whole, from a few bytes to more than a megabyte', async () => {
    const fanout = createPatientFanout();
    const texts = [0, 100, 125, 126, 127, 65_500, 65_535, 65_536, 1_500_000].map((length) => 'é'.repeat(length / 2));
    const entered: SocketHandlers['entered'] = (_, line) => {
      fanout.join(line, ['everyone']);
      for (const text of texts) fanout.emit(['everyone'], 'text', JSON.stringify({ text }));
    };
    const { url } = await startSocketServer(webSockets, { entered }, direct);
    const client = createClient(url, { transports: ['websocket'] });
    for (const text of texts) expect(await client.next('text')).toEqual([{ text }]);
  });

  test('keep their order with a goodbye behind them', async () => {
    const fanout = createPatientFanout();
    const entered: SocketHandlers['entered'] = (socket, line) => {
      const membership = fanout.join(line, ['everyone']);
      fanout.emit(['everyone'], 'number', '1');
      membership.leave();
      socket.disconnect(true);
    };
    const { url } = await startSocketServer(webSockets, { entered }, direct);
    const client = createClient(url, { transports: ['websocket'], reconnection: false });
    expect(await client.next('disconnect')).toEqual(['io server disconnect']);
    expect(client.received).toEqual([{ event: 'number', args: [1] }]);
  });
});
