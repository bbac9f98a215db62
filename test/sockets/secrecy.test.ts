import { describe, expect, test } from 'vitest';
import { TOKENS, USERS } from '../support/auth-service.ts';
import { connectClient, createClient } from '../support/client.ts';
import { enterRaw } from './raw-client.ts';
import { knock } from './raw-http.ts';
import { useStage } from './stage.ts';

const stage = useStage({ LOG_LEVEL: 'trace', INSECURE_QUERY_TOKEN: 'true', AUTH_MODE: 'optional' });

const BAD_TOKEN = 'tok-0f7c5d';
/** Stands in keys and values of all that is published and sent here. */
const PAYLOAD = 'payload-5c1e77';

/** Everything a client and a publisher can do that makes the gateway write or count something. */
async function everythingHappens(): Promise<void> {
  const { gateway, redis } = stage();
  const { url } = gateway;
  const client = await connectClient(url, TOKENS.big);
  await connectClient(url, TOKENS.big, { transports: ['polling'] });
  await createClient(url, { query: { token: TOKENS.big } }).next('connected');
  await createClient(url, { extraHeaders: { authorization: `Bearer ${TOKENS.big}` } }).next('connected');
  for (const token of [BAD_TOKEN, `${BAD_TOKEN}\n`, { [BAD_TOKEN]: 1 }])
    await createClient(url, { auth: { token } }).next('connect_error');
  const rude = await enterRaw(url, TOKENS.big);
  rude.send(`42["${PAYLOAD}",{"${PAYLOAD}":"${TOKENS.big}"}]`);
  rude.send(`42{"${PAYLOAD}"`);
  await rude.closed;
  await knock(url, 'polling', { Origin: `https://${PAYLOAD}@evil.example` }, `&token=${BAD_TOKEN}`);

  await redis.publish('notices', { to: USERS.big, [PAYLOAD]: PAYLOAD });
  for (const message of unfit()) await redis.publish('notices', message);
  await redis.publish('notices', { to: USERS.big, text: 'the last one' });
  while ((await client.next('notice')).every((notice) => Object(notice).text !== 'the last one'));
}

function unfit(): string[] {
  return [
    `{"to":"${USERS.big}","text":{"${PAYLOAD}":1}}`,
    `{"to":"${USERS.big}","${PAYLOAD}"`,
    `{"to":"0${USERS.big}","text":"${PAYLOAD}"}`,
    `"${PAYLOAD}"`,
    `{"to":"${USERS.big}","text":"${PAYLOAD.repeat(100_000)}"}`,
    `{"${PAYLOAD}":${'['.repeat(100)}${']'.repeat(100)}}`,
  ];
}

describe('the log and the metrics', () => {
  test('say what happened, without tokens, users or payloads', async () => {
    await everythingHappens();
    const { gateway } = stage();
    const prometheus = await gateway.metrics();
    const { body } = await gateway.get('/metrics');
    await gateway.logged('"too-deep"');

    for (const written of [gateway.log(), prometheus, JSON.stringify(body)])
      for (const secret of [BAD_TOKEN, PAYLOAD, USERS.big, ...Object.values(TOKENS), '@example.com'])
        expect(written).not.toContain(secret);
    for (const told of ['token-invalid', 'token-malformed', 'origin-refused', '"invalid"', '"not-json"', '"too-large"'])
      expect(gateway.log()).toContain(told);
    expect(prometheus).toContain('gateway_route_dropped_total{route="notices",reason="too-deep"} 1');
    expect(body).toMatchObject({ totalUsers: 3 });
  });
});
