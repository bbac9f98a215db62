import { afterEach, describe, expect, test } from 'vitest';
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { TOKENS } from '../support/auth-service.ts';
import { createClient } from '../support/client.ts';
import { enterRaw, openRaw } from './raw-client.ts';
import { openPolling } from './raw-polling.ts';
import { useStage } from './stage.ts';

type Answer = (auth: object) => void;

const CONNECT = `40${JSON.stringify({ token: TOKENS.alice })}`;
const REASON = 'a second CONNECT arrived on one session; the first one counts';
const PONG = { timestamp: expect.any(Number) };

describe.each(WEBSOCKET_SERVERS)('on the server %s', (server) => {
  const stage = useStage({ WEBSOCKET_SERVER: server });
  afterEach(() => stage().allIsWell());
  const malformed = (): Promise<number> =>
    stage().gateway.metric('websocket_connections_failed_total{rejection="handshake-malformed"}');

  describe.each([['websocket'], ['polling']])(
    'over %s a stock client whose `auth` function answers twice',
    (transport) => {
      test('at once is served, and the second answer is logged with a hint and counted', async () => {
        const { gateway } = stage();
        const before = await malformed();
        const auth = (answer: Answer): void => {
          answer({ token: TOKENS.alice });
          answer({ token: TOKENS.alice });
        };
        const client = createClient(gateway.url, { transports: [transport], auth });
        await client.next('connected');
        await expect.poll(malformed).toBe(before + 1);
        await gateway.logged(`"rejection":"handshake-malformed","reason":"${REASON}"`);
        await gateway.logged('call the callback of its `auth` function twice');
        expect(await client.socket.emitWithAck('ping')).toEqual(PONG);
      });

      test('once it is connected stays connected, and receives its events', async () => {
        const { gateway, redis } = stage();
        const before = await malformed();
        let answerAgain: Answer = () => undefined;
        const auth = (answer: Answer): void => {
          answerAgain = answer;
          answer({ token: TOKENS.alice });
        };
        const client = createClient(gateway.url, { transports: [transport], auth });
        await client.next('connected');
        const { id } = client.socket;
        answerAgain({ token: TOKENS.alice });
        answerAgain({ token: TOKENS.bob });
        expect(await client.socket.emitWithAck('ping')).toEqual(PONG);
        expect(await malformed()).toBe(before + 2);
        await redis.publish('notices', { to: 7, text: 'still here' });
        expect(await client.next('notice')).toEqual([{ to: 7, text: 'still here' }]);
        expect(client.socket.id).toBe(id);
      });

      test('with anything but an object the second time stays connected', async () => {
        const auth = (answer: (auth: unknown) => void): void => {
          answer({ token: TOKENS.alice });
          answer('text');
        };
        const client = createClient(stage().gateway.url, Object({ transports: [transport], auth }));
        await client.next('connected');
        expect(await client.socket.emitWithAck('ping')).toEqual(PONG);
      });
    },
  );

  test.each([['40'], ['40{}'], ['40/,{}'], ['40[]'], ['40{"token":'], [CONNECT]])(
    'a second CONNECT, %s, is dropped, and its client is served on',
    async (packet) => {
      const before = await malformed();
      const client = await enterRaw(stage().gateway.url, TOKENS.alice);
      client.send(packet);
      client.send('42["ping"]');
      expect(await client.next()).toMatch(/^42\["pong"/);
      expect(await malformed()).toBe(before + 1);
    },
  );

  test('a hundred CONNECTs at once are one client and one call to the auth service', async () => {
    const { gateway } = stage();
    const [before, asked] = [await malformed(), await gateway.metric('gateway_auth_answers_total')];
    const client = await openRaw(gateway.url);
    const token = `40${JSON.stringify({ token: TOKENS.big })}`;
    for (let sent = 0; sent < 100; sent += 1) client.send(token);
    expect(await client.next()).toMatch(/^40\{"sid"/);
    expect(await client.next()).toMatch(/^42\["connected"/);
    await expect.poll(malformed).toBe(before + 99);
    expect((await gateway.metric('gateway_auth_answers_total')) - asked).toBeLessThanOrEqual(1);
  });

  test('an event behind a CONNECT that is not answered yet is refused with the reason', async () => {
    const client = await openRaw(stage().gateway.url);
    client.send('40{"token":"no-token-of-a-user"}');
    client.send('42["ping"]');
    expect(await client.next()).toMatch(/^44\{.*before its CONNECT was answered.*"retry":false/);
    await client.closed;
  });

  test('a client by websocket that leaves and connects again in one go is accepted again', async () => {
    const client = await enterRaw(stage().gateway.url, TOKENS.alice);
    client.send('41');
    client.send(CONNECT);
    expect(await client.next()).toMatch(/^40\{"sid"/);
    expect(await client.next()).toMatch(/^42\["connected"/);
  });

  test('a client by polling that leaves and connects again in one request is accepted again', async () => {
    const session = await openPolling(stage().gateway.url);
    await session.post(CONNECT);
    let received = '';
    while (!received.includes('"connected"')) received += (await session.poll()).body;
    await session.post(['41', CONNECT].join('\x1e'));
    received = '';
    while (!received.includes('"connected"')) received += (await session.poll()).body;
    expect(received).toMatch(/^40\{"sid"/);
  });
});
