import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { memoryInUse } from '../support/garbage.ts';
import { startGateway } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';
import { frame, received, openUpgraded } from './raw-frames.ts';
import { ask, HANDSHAKE } from './raw-http.ts';
import { ROUTES_FILE } from './stage.ts';

const CLIENTS = 40;
/** Both ends of a connection are in this process: ordinary ones take 15 to 25 KB of heap, of which the gateway has 5 to 13. */
const MOST_HEAP_EACH = 35_000;
/** ws keeps the mask of the last frame, which is a piece of what was read with it: 64 KB at most. */
const MOST_BUFFERS_EACH = 70_000;

/** As long as the gateway takes it, with as many objects as there can be in it. */
const MANY = Array.from({ length: 6400 }, (_, index) => `"${index}":{}`).join(',');
const LONG_QUERY = Array.from({ length: 1900 }, (_, index) => `k${index}=`).join('&');

const CONNECTS = {
  'resume with 6,400 members': { connect: `40{"resume":{${MANY}}}`, query: '' },
  '6,400 members that the gateway does not know': { connect: `40{${MANY}}`, query: '' },
  'a text of 64 KB': { connect: `40{"resume":{"x":{"e":"${'e'.repeat(65_000)}","id":"1"}}}`, query: '' },
  'a query with 1,900 members': { connect: '40', query: `&${LONG_QUERY}` },
} as const;

async function enterByWebSocket(url: string, { connect, query }: { connect: string; query: string }): Promise<void> {
  const socket = await openUpgraded(url, { path: HANDSHAKE.websocket + query });
  const entered = received(socket, '"connected"');
  socket.write(frame(connect));
  await entered;
}

async function enterByPolling(url: string, { connect, query }: { connect: string; query: string }): Promise<void> {
  const { body } = await ask(url, HANDSHAKE.polling + query);
  const path = `${HANDSHAKE.polling}&sid=${/"sid":"([^"]+)"/.exec(body)?.[1] ?? ''}`;
  await ask(url, path, { method: 'POST', body: connect });
  let said = '';
  while (!said.includes('"connected"')) said += (await ask(url, path)).body;
}

const WAYS = { websocket: enterByWebSocket, polling: enterByPolling } as const;
const TRANSPORTS = ['websocket', 'polling'] as const;

describe.each(WEBSOCKET_SERVERS)('with websockets served by %s,', { timeout: 60_000 }, (server) => {
  describe.each(TRANSPORTS)('what a client says when it connects by %s is not kept:', (transport) => {
    test.each(Object.entries(CONNECTS))('%s', async (_, said) => {
      const redis = await startRedis();
      const settings = { AUTH_MODE: 'optional', WEBSOCKET_SERVER: server, ROUTES_FILE, REDIS_URL: redis.url };
      const { url } = await startGateway(settings);
      // What is made once: code, buffers of the HTTP server.
      for (let client = 0; client < 5; client += 1) await WAYS[transport](url, said);
      await turn();
      const before = memoryInUse();
      for (let client = 0; client < CLIENTS; client += 1) await WAYS[transport](url, said);
      await turn();
      const after = memoryInUse();
      expect((after.heap - before.heap) / CLIENTS).toBeLessThan(MOST_HEAP_EACH);
      expect((after.buffers - before.buffers) / CLIENTS).toBeLessThan(MOST_BUFFERS_EACH);
    });
  });
});
