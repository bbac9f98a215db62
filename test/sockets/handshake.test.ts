import { describe, expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { connectClient, createClient } from '../support/client.ts';
import { openRaw } from './raw-client.ts';
import { useStage } from './stage.ts';

const stage = useStage();
const withQueryTokens = useStage({ INSECURE_QUERY_TOKEN: 'true' });

const WELCOME = {
  message: 'Connected to MetaRGB WebSocket Gateway',
  authenticated: true,
  timestamp: expect.any(String),
};
const bearer = (token: string) => ({ extraHeaders: { Authorization: `Bearer ${token}` } });

describe.each(['websocket', 'polling'] as const)('over %s a client is let in', (transport) => {
  const transports = [transport];

  test.each([
    ['in auth.token', { auth: { token: TOKENS.alice } }],
    ['in a Bearer header', bearer(TOKENS.alice)],
    ['in a header that says BEARER', { extraHeaders: { authorization: `BEARER  ${TOKENS.alice}` } }],
    ['in both, where auth.token counts', { auth: { token: TOKENS.alice }, ...bearer('bad') }],
    ['in the header, where auth.token is empty', { auth: { token: '' }, ...bearer(TOKENS.alice) }],
    ['in the header, where auth.token is null', { auth: { token: null }, ...bearer(TOKENS.alice) }],
  ])('by a token %s', async (_, options) => {
    const { next } = createClient(stage().gateway.url, { transports, ...options });
    expect(await next('connected')).toEqual([{ ...WELCOME, userId: 7 }]);
  });

  test('by a token in the query, where that is switched on', async () => {
    const { next } = createClient(withQueryTokens().gateway.url, { transports, query: { token: TOKENS.alice } });
    expect(await next('connected')).toMatchObject([{ userId: 7 }]);
  });

  test('and receives its id as a number, or as text where a number would be another user', async () => {
    const alice = await connectClient(stage().gateway.url, TOKENS.alice, { transports });
    const big = await connectClient(stage().gateway.url, TOKENS.big, { transports });
    expect(alice.welcome).toEqual({ ...WELCOME, userId: 7 });
    expect(big.welcome).toEqual({ ...WELCOME, userId: '9007199254740993' });
  });

  test('and receives the time in ISO 8601', async () => {
    const before = Date.now();
    const { welcome } = await connectClient(stage().gateway.url, TOKENS.alice, { transports });
    const timestamp: unknown = Object(welcome).timestamp;
    expect(new Date(String(timestamp)).toISOString()).toBe(timestamp);
    expect(Date.parse(String(timestamp))).toBeGreaterThanOrEqual(before);
    expect(Date.parse(String(timestamp))).toBeLessThanOrEqual(Date.now());
  });

  test('and gets pong for each ping, with the time in milliseconds', async () => {
    const client = await connectClient(stage().gateway.url, TOKENS.alice, { transports });
    const before = Date.now();
    for (const args of [[], [null], [{ a: 1 }]]) {
      client.socket.emit('ping', ...args);
      const [pong] = await client.next('pong');
      expect(pong).toEqual({ timestamp: expect.any(Number) });
      expect(Object(pong).timestamp).toBeGreaterThanOrEqual(before);
      expect(Object(pong).timestamp).toBeLessThanOrEqual(Date.now());
    }
  });

  test.each([[[]], [[null]], [[{ a: 1 }, 'b']]])('and gets an acknowledgement with arguments %j', async (args) => {
    const client = await connectClient(stage().gateway.url, TOKENS.alice, { transports });
    expect(await client.socket.emitWithAck('ping', ...args)).toEqual({ timestamp: expect.any(Number) });
    expect(await client.next('pong')).toEqual([{ timestamp: expect.any(Number) }]);
  });
});

describe('the first packets of a connection', () => {
  test('are the confirmation, and then `connected`', async () => {
    const client = await openRaw(stage().gateway.url);
    client.send(`40${JSON.stringify({ token: TOKENS.alice })}`);
    expect(await client.next()).toMatch(/^40\{"sid":"[\w-]{20}"\}$/);
    expect(await client.next()).toMatch(
      /^42\["connected",\{"message":"[^"]+","userId":7,"authenticated":true,"timestamp":"[^"]+"\}\]$/,
    );
  });
});

describe.each(['websocket', 'polling'] as const)('over %s a client is refused permanently', (transport) => {
  test.each([
    ['no token', {}, 'token-missing'],
    ['an empty token', { auth: { token: '' } }, 'token-missing'],
    ['no token but a name for one', { auth: { Token: TOKENS.alice } }, 'token-missing'],
    ['a token in the query, which is off', { query: { token: TOKENS.alice } }, 'token-missing'],
    ['a token in a Basic header', { extraHeaders: { Authorization: `Basic ${TOKENS.alice}` } }, 'token-missing'],
    ['a Bearer header without a token', { extraHeaders: { Authorization: 'Bearer' } }, 'token-missing'],
    ['a number', { auth: { token: 7 } }, 'token-malformed'],
    ['false', { auth: { token: false } }, 'token-malformed'],
    ['an object', { auth: { token: { toString: TOKENS.alice } } }, 'token-malformed'],
    ['a list', { auth: { token: [TOKENS.alice] } }, 'token-malformed'],
    ['5,000 characters', { auth: { token: 'x'.repeat(5000) } }, 'token-malformed'],
    ['5,000 characters in the header', bearer('x'.repeat(5000)), 'token-malformed'],
    ['a line break', { auth: { token: `${TOKENS.alice}\n` } }, 'token-malformed'],
    ['a NUL', { auth: { token: `${TOKENS.alice}\0` } }, 'token-malformed'],
    ['a space', { auth: { token: `${TOKENS.alice} x` } }, 'token-malformed'],
    ['two tokens in the header', bearer(`${TOKENS.alice} ${TOKENS.bob}`), 'token-malformed'],
    ['an emoji', { auth: { token: '🙂' } }, 'token-malformed'],
    [
      'a malformed token where the header has a good one',
      { auth: { token: 7 }, ...bearer(TOKENS.alice) },
      'token-malformed',
    ],
    ['an unknown token', { auth: { token: 'nobody' } }, 'token-invalid'],
    [
      'a bad token where the header has a good one',
      { auth: { token: 'bad' }, ...bearer(TOKENS.alice) },
      'token-invalid',
    ],
    ['4,096 characters that nobody knows', { auth: { token: 'x'.repeat(4096) } }, 'token-invalid'],
  ])('with %s', async (_, options, code) => {
    const { next, socket } = createClient(stage().gateway.url, { transports: [transport], ...options });
    const [error] = await next('connect_error');
    const message: unknown = Object(error).message;
    expect(message).toMatch(/^unauthorized/);
    expect(error).toMatchObject({ data: { code, message, retry: false } });
    expect(Object.keys(Object(error).data)).toHaveLength(3);
    // The stock client takes this as final.
    expect(socket.active).toBe(false);
  });
});

describe('a token that cannot be one', () => {
  test('is not shown to the auth service', async () => {
    const { gateway } = stage();
    const calls = async (): Promise<number[]> =>
      Promise.all(
        ['valid', 'invalid', 'unavailable'].map((it) => gateway.metric(`gateway_auth_calls_total{answer="${it}"}`)),
      );
    const before = await calls();
    for (const token of [7, {}, [], 'x'.repeat(5000), 'a\nb', '🙂', '']) {
      await createClient(gateway.url, { auth: { token } }).next('connect_error');
    }
    expect(await calls()).toEqual(before);
  });
});
