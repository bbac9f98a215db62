import { ServerResponse, type IncomingMessage } from 'node:http';
import { io as connect } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { RequestMemory } from '../../src/sockets/servers/socket-io/request-memory.ts';
import { collectGarbage } from '../support/garbage.ts';
import { openRaw } from './raw-client.ts';
import { startSocketIo } from './socket-io.ts';

/** A server that frees requests, and whether the first request of each session is still in memory. */
async function stage() {
  const { io, url } = await startSocketIo();
  const requests: WeakRef<IncomingMessage>[] = [];
  const memory = new RequestMemory();
  io.engine.on('connection', ({ request }: { request: IncomingMessage }) => {
    requests.push(new WeakRef(request));
    memory.begun(request);
  });
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
      collectGarbage();
      return requests.map((request) => request.deref() !== undefined);
    },
  };
}

test.each(['websocket', 'polling'])(
  'the request of a %s client that is in is no longer in memory',
  async (transport) => {
    const { io, url, kept } = await stage();
    const headers = { 'x-forwarded-for': '198.51.100.1', authorization: 'Bearer 1|x', cookie: 'c=1' };
    const options = { transports: [transport], upgrade: false, forceNew: true };
    const socket = connect(url, { ...options, extraHeaders: headers, query: { other: 'x', token: 't' } });
    onTestFinished(() => void socket.disconnect());
    const received = await new Promise((resolve) => socket.once('hello', (...args: unknown[]) => resolve(args)));
    expect(received).toEqual([{ authorization: 'Bearer 1|x' }, { EIO: '4', transport, token: 't' }]);
    await expect.poll(kept).toEqual([false]);
    expect(io.of('/').sockets.size).toBe(1);
  },
);

test('a client that leaves and comes again on the same session is the one it was', async () => {
  const { io, url } = await stage();
  const client = await openRaw(url, '/socket.io/?EIO=4&transport=websocket&token=1');
  for (let time = 0; time < 2; time += 1) {
    client.send('40');
    expect(await client.next()).toMatch(/^40/);
    expect(await client.next()).toMatch(/"token":"1"/);
    client.send('41');
    await expect.poll(() => io.of('/').sockets.size).toBe(0);
  }
});
