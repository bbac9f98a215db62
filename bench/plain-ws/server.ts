import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { Redis } from 'ioredis';
import { WebSocketServer, type WebSocket } from 'ws';
import { frameOf } from './frame.ts';

// A server without Socket.IO: `ws`, a set of sockets, and for a broadcast one frame that all sockets share. It speaks just
// enough of the protocol for the load generator, and leaves out what a gateway is for: it asks no auth service (the token
// says who it is), validates nothing, knows no long-polling, and lets slow readers grow its memory.

const { PORT = '3000', REDIS_URL = 'redis://localhost:6379' } = process.env;

const everyone = new Set<Duplex>();
const byUser = new Map<string, Set<Duplex>>();
const http = createServer((_, response) => response.end('ok'));
const sockets = new WebSocketServer({ noServer: true });

http.on('upgrade', (request, wire: Duplex, head) =>
  sockets.handleUpgrade(request, wire, head, (socket) => greet(socket, wire)),
);

const OPEN = JSON.stringify({
  sid: 'bench',
  upgrades: [],
  pingInterval: 25_000,
  pingTimeout: 20_000,
  maxPayload: 65_536,
});

function greet(socket: WebSocket, wire: Duplex): void {
  socket.on('error', () => socket.terminate());
  socket.on('message', (data) => {
    const user = /^40\{"token":"user-(\d+)/.exec(Buffer.isBuffer(data) ? data.toString() : '')?.[1];
    if (user === undefined) return;
    join(socket, wire, user);
    socket.send('40{"sid":"bench"}');
    socket.send(`42["connected",{"userId":"${user}"}]`);
  });
  socket.send(`0${OPEN}`);
}

function join(socket: WebSocket, wire: Duplex, user: string): void {
  const own = byUser.get(user) ?? new Set();
  byUser.set(user, own.add(wire));
  everyone.add(wire);
  socket.once('close', () => {
    everyone.delete(wire);
    own.delete(wire);
  });
}

setInterval(() => sendTo([everyone], '2'), 25_000);

function sendTo(groups: readonly (ReadonlySet<Duplex> | undefined)[], text: string): void {
  const frame = frameOf(text);
  for (const group of groups) for (const wire of group ?? []) wire.write(frame);
}

function usersOf(text: string, fields: readonly string[]): (ReadonlySet<Duplex> | undefined)[] {
  const message: unknown = JSON.parse(text);
  if (typeof message !== 'object' || message === null) return [];
  return fields.map((field) => byUser.get(String(Reflect.get(message, field))));
}

const handlers = new Map<string, (text: string) => void>([
  ['user-status', (text) => sendTo([everyone], `42["user-status-changed",${text}]`)],
  [
    'feature-status',
    (text) => sendTo(usersOf(text, ['old_owner_id', 'new_owner_id']), `42["feature-status-changed",${text}]`),
  ],
  ['notifications', (text) => sendTo(usersOf(text, ['user_id']), `42["notification-received",${text}]`)],
]);

const subscriber = new Redis(REDIS_URL);
subscriber.on('message', (channel, text) => handlers.get(channel)?.(text));
await subscriber.subscribe(...handlers.keys());
http.listen(Number(PORT), '127.0.0.1');
