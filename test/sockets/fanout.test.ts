import { createFanout } from '../../src/sockets/fanout.ts';
import type { GatewayServer } from '../../src/sockets/socket-server.ts';
import { describeFanout, type FanoutStage, type Receiver } from '../dispatch/fanout-contract.ts';
import { openRaw } from './raw-client.ts';
import { openPolling } from './raw-polling.ts';
import { startSocketIo } from './socket-io.ts';

interface Connection {
  send(packet: string): unknown;
  /** Waits for at least one packet. */
  read(): Promise<string[]>;
}

describeFanout('Socket.IO over websocket', () => stage(websocket));
describeFanout('Socket.IO over polling', () => stage(polling));

async function stage(open: (url: string) => Promise<Connection>): Promise<FanoutStage> {
  const { io, url } = await startSocketIo();
  return { fanout: createFanout(io), join: async (rooms) => join(io, await open(url), rooms) };
}

async function websocket(url: string): Promise<Connection> {
  const client = await openRaw(url);
  return { send: client.send, read: async () => [String(await client.next())] };
}

async function polling(url: string): Promise<Connection> {
  const session = await openPolling(url);
  return { send: session.post, read: async () => (await session.poll()).body.split('\x1e') };
}

async function join(io: GatewayServer, connection: Connection, rooms: readonly string[]): Promise<Receiver> {
  await connection.send('40');
  const [confirmation = ''] = await connection.read();
  const socket = io.of('/').sockets.get(/"sid":"(.+)"/.exec(confirmation)?.[1] ?? '');
  await socket?.join([...rooms]);
  return {
    received: () => packetsUntilNow(connection),
    leave: async () => void socket?.disconnect(true),
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
