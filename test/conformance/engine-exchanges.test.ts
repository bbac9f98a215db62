import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { firstEvent, openRaw } from '../sockets/raw-client.ts';
import { ask, HANDSHAKE } from '../sockets/raw-http.ts';
import { openPolling } from '../sockets/raw-polling.ts';
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { useConformanceServer } from './stage.ts';

describe.each(WEBSOCKET_SERVERS)('websockets served by %s:', (webSockets) => {
  const server = useConformanceServer(webSockets);

  const hello = (upgrades: string): RegExp =>
    new RegExp(
      `^0\\{"sid":"[\\w-]{20}","upgrades":\\[${upgrades}\\],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000\\}$`,
    );

  describe('a session', () => {
    test('is opened over polling, and may be upgraded', async () => {
      const { status, body } = await ask(server.url, HANDSHAKE.polling);
      expect(status).toBe(200);
      expect(body).toMatch(hello('"websocket"'));
    });

    test('is opened over websocket, and there is nothing to upgrade to', async () => {
      expect((await openRaw(server.url)).hello).toMatch(hello(''));
    });

    test.each(['transport=polling', 'EIO=four&transport=polling', 'EIO=4', 'EIO=4&transport=pigeon'])(
      'is not opened over polling by ?%s',
      async (query) => {
        expect(await ask(server.url, `/socket.io/?${query}`)).toMatchObject({ status: 400 });
      },
    );

    test.each(['POST', 'PUT'])('is not opened by %s', async (method) => {
      expect(await ask(server.url, HANDSHAKE.polling, { method })).toMatchObject({ status: 400 });
    });

    test.each(['transport=websocket', 'EIO=four&transport=websocket', 'EIO=4', 'EIO=4&transport=pigeon'])(
      'is not opened over websocket by ?%s',
      async (query) => {
        expect(await firstEvent(server.url, `/socket.io/?${query}`)).toBe('close');
      },
    );
  });

  describe('the heartbeat', () => {
    test('continues over polling as long as it is answered', async () => {
      const session = await openPolling(server.url);
      for (let beat = 0; beat < 3; beat += 1) {
        expect(await session.poll()).toMatchObject({ status: 200, body: '2' });
        expect(await session.post('3')).toMatchObject({ status: 200 });
      }
    });

    test('continues over websocket as long as it is answered', async () => {
      const client = await openRaw(server.url);
      for (let beat = 0; beat < 3; beat += 1) {
        expect(await client.next()).toBe('2');
        client.send('3');
      }
    });

    test('unanswered over polling ends the session', async () => {
      const session = await openPolling(server.url);
      while ((await session.poll()).status === 200);
      expect(await session.poll()).toMatchObject({ status: 400 });
    });

    test('unanswered over websocket ends the connection', async () => {
      const client = await openRaw(server.url);
      await expect(client.closed).resolves.toBeUndefined();
    });
  });

  describe('a client’s farewell', () => {
    test('over polling answers the request that waits, and ends the session', async () => {
      const session = await openPolling(server.url);
      expect(await atOnce(pollOf(session.sid), farewellOf(session.sid))).toMatch(
        /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n6HTTP/s,
      );
      expect(await session.poll()).toMatchObject({ status: 400 });
    });

    test('over websocket ends the connection', async () => {
      const client = await openRaw(server.url);
      client.send('1');
      await expect(client.closed).resolves.toBeUndefined();
    });
  });

  describe('an upgrade', () => {
    test('moves the session from polling to websocket', async () => {
      const session = await openPolling(server.url);
      const client = await openRaw(server.url, `${HANDSHAKE.websocket}&sid=${session.sid}`, '2probe');
      expect(client.hello).toBe('3probe');
      client.send('5');
      expect(await client.next()).toBe('2');
    });

    test('leaves nothing for polling and for a second websocket', async () => {
      const session = await openPolling(server.url);
      const path = `${HANDSHAKE.websocket}&sid=${session.sid}`;
      const client = await openRaw(server.url, path, '2probe');
      client.send('5');
      expect(await client.next()).toBe('2');
      expect(await session.poll()).toMatchObject({ status: 400 });
      expect(await firstEvent(server.url, path)).toBe('close');
    });
  });

  function pollOf(sid: string): string {
    return `GET ${HANDSHAKE.polling}&sid=${sid} HTTP/1.1\r\nHost: gateway\r\n\r\n`;
  }

  function farewellOf(sid: string): string {
    const head = `POST ${HANDSHAKE.polling}&sid=${sid} HTTP/1.1\r\nHost: gateway\r\n`;
    return `${head}Connection: close\r\nContent-Length: 1\r\n\r\n1`;
  }

  /** All that comes back on one connection for requests that arrive in this order, the last of which closes it. */
  async function atOnce(...requests: string[]): Promise<string> {
    const socket = connect(server.port, 'localhost').setEncoding('utf8');
    socket.write(requests.join(''));
    let answers = '';
    socket.on('data', (chunk) => (answers += chunk));
    await once(socket, 'end');
    return answers;
  }
});
