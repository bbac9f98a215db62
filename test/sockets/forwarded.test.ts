import { describe, expect, test } from 'vitest';
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { knock } from './raw-http.ts';
import { stageSockets } from './stage.ts';

const MOST = 5;
/** The bystanders come from here, too, and are two of MOST. */
const PROXY = '127.0.0.1';

describe.each(WEBSOCKET_SERVERS)('Forwarded without X-Forwarded-For, with the %s server', (server) => {
  test('from a trusted proxy is logged, and gives no client an address of its own', async () => {
    const stage = await stageSockets({
      WEBSOCKET_SERVER: server,
      TRUST_PROXY: PROXY,
      MAX_CONNECTIONS_PER_ADDRESS: String(MOST),
    });
    const answers = [];
    for (let client = 1; client <= MOST; client += 1)
      answers.push(await knock(stage.gateway.url, 'polling', { Forwarded: `for=203.0.113.${client}` }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 503, 503]);
    expect(answers.at(-1)?.body).toContain('address-limit');
    await stage.gateway.logged('Forwarded is not read');
    await knock(stage.gateway.url, 'websocket', { Forwarded: 'for="[2001:db8::1]"' });
    await stage.allIsWell();
  });
});
