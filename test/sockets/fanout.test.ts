import { expect, test } from 'vitest';
import { createFanout } from '../../src/sockets/fanout/fanout.ts';
import { createEngineIoWriters } from '../../src/sockets/servers/socket-io/engine-io-writer.ts';
import type { SocketWriter } from '../../src/sockets/fanout/socket-writer.ts';
import type { ClientSocket } from '../../src/sockets/servers/socket-server.ts';
import type { WebSocketServerName } from '../../src/sockets/servers/open-servers.ts';
import { describeFanout, type FanoutStage, type Receiver } from '../dispatch/fanout-contract.ts';
import { openRaw } from './raw-client.ts';
import { openPolling } from './raw-polling.ts';
import { startSocketServer } from './socket-io.ts';

interface Connection {
  send(packet: string): unknown;
  /** Waits for at least one packet. */
  read(): Promise<string[]>;
}

describeFanout('websockets of our own server', () => stage(websocket, 'gateway'));
describeFanout('websockets of Socket.IO, written to directly', () => stage(websocket, 'socket.io'));
describeFanout('websockets of Socket.IO, by its own way', () => stage(websocket, 'socket.io', false));
describeFanout('polling', () => stage(polling, 'gateway'));

const EVENTS = { cut() {}, superseded() {} };

async function stage(
  open: (url: string) => Promise<Connection>,
  webSockets: WebSocketServerName,
  direct = true,
): Promise<FanoutStage> {
  const entrances: ((line: SocketWriter) => void)[] = [];
  const { url } = await startSocketServer(webSockets, { entered: (_, line) => entrances.shift()?.(line) }, direct);
  const fanout = createFanout({ maxBytes: 2 ** 20, maxAge: 10_000, events: EVENTS });
  return {
    fanout,
    async join(rooms) {
      const connection = await open(url);
      const entered = new Promise<SocketWriter>((resolve) => entrances.push(resolve));
      await connection.send('40');
      await connection.read();
      return receiverOf(connection, fanout.join(await entered, rooms));
    },
  };
}

async function websocket(url: string): Promise<Connection> {
  const client = await openRaw(url);
  return { send: client.send, read: async () => [String(await client.next())] };
}

async function polling(url: string): Promise<Connection> {
  const session = await openPolling(url);
  return { send: session.post, read: async () => (await session.poll()).body.split('\x1e') };
}

function receiverOf(connection: Connection, membership: { leave(): void }): Receiver {
  return {
    received: () => packetsUntilNow(connection),
    leave: async () => membership.leave(),
  };
}

/** Everything before the answer to a question that is asked now. */
async function packetsUntilNow(connection: Connection): Promise<[event: string, payload: string][]> {
  await connection.send('40/nowhere,');
  const packets: string[] = [];
  while (!packets.at(-1)?.startsWith('44/nowhere,')) packets.push(...(await connection.read()));
  return packets.slice(0, -1).map(read);
}

function read(packet: string): [event: string, payload: string] {
  const [, event = '', payload = ''] = /^42\[("(?:[^"\\]|\\.)*"),(.*)\]$/s.exec(packet) ?? [];
  return [String(JSON.parse(event)), payload];
}

test.each([
  ['its websocket elsewhere', { name: 'websocket', socket: {} }, []],
  ['no writeBuffer', { name: 'websocket', socket: { _socket: {}, readyState: 1, terminate() {} } }, undefined],
])('a session with %s is sent to by way of Engine.IO, and that is told once', async (_, transport, writeBuffer) => {
  const told: string[] = [];
  const lineOf = createEngineIoWriters({ directWritesOff: (found: string) => void told.push(found) });
  const fanout = createFanout({ maxBytes: 2 ** 20, maxAge: 10_000, events: EVENTS });
  const written: string[] = [];
  const write = (text: string): void => void written.push(text);
  const session = {
    readyState: 'open',
    transport,
    write,
    on() {},
    off() {},
    close() {},
    ...(writeBuffer && { writeBuffer }),
  };
  fanout.join(lineOf(session), ['everyone']);
  fanout.join(lineOf({ ...session, write() {} }), ['everyone']);
  fanout.emit(['everyone'], 'number', '1');
  await new Promise(setImmediate);
  expect(written).toEqual(['2["number",1]']);
  expect(told).toEqual(['a websocket session without its TCP socket']);
});

test('a client who polls gets with one answer what one tick brings', async () => {
  const entered = Promise.withResolvers<{ socket: ClientSocket; line: SocketWriter }>();
  const { url } = await startSocketServer('gateway', {
    entered: (socket, line) => entered.resolve({ socket, line }),
  });
  const session = await openPolling(url);
  await session.post('40');
  await session.poll();
  const { socket, line } = await entered.promise;
  const fanout = createFanout({ maxBytes: 2 ** 20, maxAge: 10_000, events: EVENTS });
  fanout.join(line, ['everyone']);
  for (const round of [1, 2]) {
    const answer = session.poll();
    await expect.poll(() => Reflect.get(socket.conn.transport, 'writable'), { interval: 1 }).toBe(true);
    for (const event of ['a', 'b', 'c']) fanout.emit(['everyone'], event, String(round));
    expect((await answer).body).toBe(['a', 'b', 'c'].map((event) => `42["${event}",${round}]`).join('\x1e'));
  }
});
