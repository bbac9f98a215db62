import { afterEach, describe, expect, test } from 'vitest';
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { openRaw } from './raw-client.ts';
import { ask, HANDSHAKE } from './raw-http.ts';
import { openPolling } from './raw-polling.ts';
import { useStage } from './stage.ts';

const STAGES = {
  gateway: useStage({ WEBSOCKET_SERVER: 'gateway' }),
  'socket.io': useStage({ WEBSOCKET_SERVER: 'socket.io' }),
};
const other = useStage();
afterEach(() => Promise.all([STAGES.gateway().allIsWell(), STAGES['socket.io']().allIsWell()]));

const ENDED = 'the polling session has ended on this instance';
const STICKY = 'polling needs sticky sessions at the load balancer';

describe.each(WEBSOCKET_SERVERS)('with websockets served by %s, the log of a request for a session', (server) => {
  /** What the log says from here on, once there is a line of a session. */
  const logOf = async (sid: string): Promise<string> => {
    const { gateway } = STAGES[server]();
    const before = gateway.log().length;
    // One line a second for each reason.
    await expect
      .poll(
        async () => {
          const { status, body } = await ask(gateway.url, `${HANDSHAKE.polling}&sid=${sid}`);
          expect([status, JSON.parse(body)]).toEqual([400, { code: 1, message: 'Session ID unknown' }]);
          return gateway.log().slice(before);
        },
        { timeout: 20_000, interval: 300 },
      )
      .toContain('session-unknown');
    return gateway.log().slice(before);
  };

  test('that has ended on this instance calls it that, and says nothing of sticky sessions', async () => {
    const session = await openPolling(STAGES[server]().gateway.url);
    await session.post('1');
    const log = await logOf(session.sid);
    expect(log).toContain(ENDED);
    expect(log).not.toContain(STICKY);
  });

  test('that began by websocket and has ended does so too', async () => {
    const client = await openRaw(STAGES[server]().gateway.url);
    client.send('no packet');
    await client.closed;
    const log = await logOf(/"sid":"([^"]+)"/.exec(String(client.hello))?.[1] ?? '');
    expect(log).toContain(ENDED);
    expect(log).not.toContain(STICKY);
  });

  test.each([
    ['of another instance', async () => (await openPolling(other().gateway.url)).sid],
    ['that nobody ever gave', async () => 'lv_VI97HAXpY6yYWAAAC'],
  ])('%s hints at sticky sessions', async (_, sidOf) => {
    const log = await logOf(await sidOf());
    expect(log).toContain(STICKY);
    expect(log).not.toContain(ENDED);
  });
});
