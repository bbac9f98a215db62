import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createHttpServer, listen } from '../../src/http/http-server.ts';
import { reserveFileDescriptors } from '../../src/http/fd-reserve.ts';
import { untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';
import { openRaw } from './raw-client.ts';
import { knock } from './raw-http.ts';
import { stageSockets } from './stage.ts';

describe('a gateway with few open files', { timeout: 60_000 }, () => {
  test('refuses in time, keeps who is in, and can connect to Redis again', async () => {
    const stage = await stageSockets({ MAX_CONNECTIONS_PER_ADDRESS: '0' }, onTestFinished, 200);
    const { gateway, redis } = stage;
    expect(await gateway.metric('websocket_connections_limit')).toBe(100);

    let refused = await knock(gateway.url, 'polling');
    while (refused.status === 200) {
      await openRaw(gateway.url);
      refused = await knock(gateway.url, 'polling');
    }

    expect({ status: refused.status, ...JSON.parse(refused.body) }).toMatchObject({
      status: 503,
      code: 'instance-full',
      retry: true,
    });
    expect((await gateway.get('/health/ready')).status).toBe(200);
    await stage.allIsWell();
    await redis.stop();
    await untilReady(gateway, 503);
    const again = await startRedis({ port: redis.port });
    await untilReady(gateway);
    await again.publish('notices', { to: 1, text: 'nobody' });
    expect(gateway.death()).toBeNull();
    expect(gateway.log()).toContain('ulimit -n');
  });

  test('says that MAX_CONNECTIONS is more than that', async () => {
    const { gateway } = await stageSockets({ MAX_CONNECTIONS: '5000' }, onTestFinished, 1000);
    expect(gateway.log()).toContain('open files allow fewer connections than MAX_CONNECTIONS');
    expect(await gateway.metric('websocket_connections_limit')).toBe(900);
  });
});

describe('head-room', { timeout: 60_000 }, () => {
  test('is used up by connections of whatever kind, and there again when they end; beyond half of it they are closed', async () => {
    const server = createHttpServer(() => {});
    const turnedAway: string[] = [];
    const room = reserveFileDescriptors(server, 40, (address) => turnedAway.push(address));
    const port = await listen(server, 0, '127.0.0.1');
    onTestFinished(() => void server.close());
    const open = async () => {
      const socket = connect(port, '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      await once(socket, 'connect');
      return socket;
    };
    expect(room.connections).toBe(20);

    const sockets = await Promise.all(Array.from({ length: 20 }, open));
    await expect.poll(() => room.isUsedUp()).toBe(false);
    sockets.push(await open());
    await expect.poll(() => room.isUsedUp()).toBe(true);
    for (let more = 0; more < 9; more += 1) sockets.push(await open());
    expect(turnedAway).toEqual([]);
    await once(await open(), 'close');
    expect(turnedAway).toEqual(['127.0.0.1']);

    for (const socket of sockets.slice(0, 10)) socket.destroy();
    await expect.poll(() => room.isUsedUp()).toBe(false);
  });
});
