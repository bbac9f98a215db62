import { ServerResponse, type IncomingMessage } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { io as connect } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { RequestMemory } from '../../src/sockets/library/request-memory.ts';
import { openRaw } from './raw-client.ts';
import { startSocketIo } from './socket-io.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

/** A server that frees requests, and whether the first request of each session is still in memory. */
async function stage() {
  const { io, url } = await startSocketIo();
  const requests: WeakRef<IncomingMessage>[] = [];
  io.engine.on('connection', ({ request }: { request: IncomingMessage }) => requests.push(new WeakRef(request)));
  const memory = new RequestMemory();
  io.engine.use((request: IncomingMessage, response: object, next: () => void) => {
    if (!(response instanceof ServerResponse)) memory.upgrading(request, response);
    next();
  });
  io.of('/').on('connection', (socket) => {
    memory.free(socket);
    socket.emit('hello', socket.handshake.headers, socket.handshake.query);
  });
  return {
    io,
    url,
    kept() {
      if (typeof collectGarbage === 'function') collectGarbage();
      return requests.map((request) => request.deref() !== undefined);
    },
  };
}

test.each(['websocket', 'polling'])(
  'the request of a %s client that is in is no longer in memory',
  async (transport) => {
    const { io, url, kept } = await stage();
    const headers = { 'x-forwarded-for': '198.51.100.1', authorization: 'Bearer 1|x', cookie: 'c=1' };
    const socket = connect(url, { transports: [transport], upgrade: false, forceNew: true, extraHeaders: headers });
    onTestFinished(() => void socket.disconnect());
    const heard = await new Promise((resolve) => socket.once('hello', (...args: unknown[]) => resolve(args)));
    expect(heard).toEqual([
      { 'x-forwarded-for': '198.51.100.1', authorization: 'Bearer 1|x' },
      expect.objectContaining({ EIO: '4' }),
    ]);
    await expect.poll(kept).toEqual([false]);
    expect(io.of('/').sockets.size).toBe(1);
  },
);

test('a client that leaves and comes again on the same session is the one it was', async () => {
  const { io, url } = await stage();
  const client = await openRaw(url, '/socket.io/?EIO=4&transport=websocket&mark=1');
  for (let time = 0; time < 2; time += 1) {
    client.send('40');
    expect(await client.next()).toMatch(/^40/);
    expect(await client.next()).toMatch(/"mark":"1"/);
    client.send('41');
    await expect.poll(() => io.of('/').sockets.size).toBe(0);
  }
});
