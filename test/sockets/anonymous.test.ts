import { describe, expect, test } from 'vitest';
import { TOKENS, USERS } from '../support/auth-service.ts';
import { connectClient, createClient, hearsNothingBefore } from '../support/client.ts';
import { useStage } from './stage.ts';

const stage = useStage({ AUTH_MODE: 'optional' });

describe.each(['websocket', 'polling'] as const)('where a token is optional, over %s', (transport) => {
  const transports = [transport];

  test('a client without one is let in, without a user', async () => {
    const { next } = createClient(stage().gateway.url, { transports });
    expect(await next('connected')).toEqual([
      { message: 'Connected to MetaRGB WebSocket Gateway', authenticated: false, timestamp: expect.any(String) },
    ]);
  });

  test('it receives broadcasts to anyone, and nothing for authenticated clients or for a user', async () => {
    const { redis, gateway } = stage();
    const anonymous = createClient(gateway.url, { transports });
    await anonymous.next('connected');
    const alice = await connectClient(gateway.url, TOKENS.alice, { transports });

    await redis.publish('notices', { to: USERS.alice, text: 'for alice' });
    await redis.publish('members', { text: 'for members' });
    await redis.publish('news', { text: 'for anyone' });

    expect(await anonymous.next('told-to-anyone')).toEqual([{ text: 'for anyone' }]);
    await hearsNothingBefore(anonymous);
    expect(anonymous.received.filter(({ event }) => event !== 'pong')).toHaveLength(1);
    await alice.next('told-to-anyone');
    expect(alice.received.map(({ event }) => event)).toEqual(['notice', 'told-to-members', 'told-to-anyone']);
  });

  test.each([
    ['an unknown token', 'nobody', 'token-invalid'],
    ['a malformed token', 7, 'token-malformed'],
  ])('a client with %s is refused all the same', async (_, token, code) => {
    const { next } = createClient(stage().gateway.url, { transports, auth: { token } });
    expect(await next('connect_error')).toMatchObject([{ data: { code, retry: false } }]);
  });
});
