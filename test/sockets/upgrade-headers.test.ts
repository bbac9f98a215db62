import { afterEach, describe, expect, test } from 'vitest';
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { HANDSHAKE, ask } from './raw-http.ts';
import { openPolling } from './raw-polling.ts';
import { useStage } from './stage.ts';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const UPGRADE = { Connection: 'Upgrade', Upgrade: 'websocket' };
const VERSION = { 'Sec-WebSocket-Version': '13' };

/** Headers of an upgrade that ws refuses. */
const REFUSED: readonly (readonly [what: string, header: string, headers: Record<string, string>])[] = [
  ['no key', 'Key', VERSION],
  ['a short key', 'Key', { ...VERSION, 'Sec-WebSocket-Key': 'abc' }],
  ['two keys', 'Key', { ...VERSION, 'Sec-WebSocket-Key': `${KEY}, ${KEY}` }],
  ['no version', 'Version', { 'Sec-WebSocket-Key': KEY }],
  ['another version', 'Version', { 'Sec-WebSocket-Key': KEY, 'Sec-WebSocket-Version': '7' }],
  [
    'a malformed list of protocols',
    'Protocol',
    { ...VERSION, 'Sec-WebSocket-Key': KEY, 'Sec-WebSocket-Protocol': 'a,,b' },
  ],
  ['a repeated protocol', 'Protocol', { ...VERSION, 'Sec-WebSocket-Key': KEY, 'Sec-WebSocket-Protocol': 'a, a' }],
];

describe.each(WEBSOCKET_SERVERS)('on the server %s', (server) => {
  const stage = useStage({ WEBSOCKET_SERVER: server, MAX_HANDSHAKES_PER_SECOND: '0' });
  afterEach(() => stage().allIsWell());
  const malformed = (): Promise<number> =>
    stage().gateway.metric('websocket_connections_failed_total{rejection="handshake-malformed"}');

  test.each(REFUSED)(
    'an upgrade with %s is answered with 400 and why, logged and counted',
    async (_, header, headers) => {
      await assertRefused(HANDSHAKE.websocket, header, headers);
    },
  );

  test.each(REFUSED)(
    'an upgrade of a polling session with %s is answered, logged and counted',
    async (_, header, headers) => {
      const session = await openPolling(stage().gateway.url);
      await assertRefused(`${HANDSHAKE.websocket}&sid=${session.sid}`, header, headers);
      expect(await session.post('40/unknown,')).toMatchObject({ status: 200 });
    },
  );

  async function assertRefused(path: string, header: string, headers: Record<string, string>): Promise<void> {
    const { gateway } = stage();
    const before = await malformed();
    const answer = await ask(gateway.url, path, { headers: { ...UPGRADE, ...headers } });
    const message = `the header Sec-WebSocket-${header} of an upgrade to websocket is missing, repeated or malformed`;
    expect(answer).toMatchObject({ status: 400, headers: { 'sec-websocket-version': '13, 8' } });
    expect(JSON.parse(answer.body)).toEqual({ code: 'handshake-malformed', retry: false, message });
    await gateway.logged(`"rejection":"handshake-malformed","reason":"${message}"`);
    await gateway.logged('a proxy drops or changes headers that begin with Sec-WebSocket-');
    expect(await malformed()).toBe(before + 1);
  }
});
