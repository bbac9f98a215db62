import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { findToken } from '../../src/auth/find-token.ts';
import { createCookieTokensOf } from '../../src/sockets/servers/token-cookie.ts';
import type { OriginKind } from '../../src/sockets/servers/origin.ts';
import { startCrowdService, tokenOf } from '../auth/client-crowd.ts';
import { TOKENS, USERS } from '../support/auth-service.ts';
import { connectClient, createClient, type TestClient } from '../support/client.ts';
import { stageSockets, useStage } from './stage.ts';

function cookieTokens(cookie: string | undefined, kind: OriginKind = 'exact', name: string | undefined = 'token') {
  const request = new IncomingMessage(new Socket());
  if (cookie !== undefined) request.headers.cookie = cookie;
  return createCookieTokensOf(name, () => kind, 4096)(request);
}

describe('the cookie', () => {
  test.each([
    ['alone', 'token=abc', ['abc']],
    ['among others', 'a=1; token=abc; b=2', ['abc']],
    ['without blanks', 'a=1;token=abc;b=2', ['abc']],
    ['in quotes', 'token="abc"', ['abc']],
    ['percent-encoded, as frameworks write it', 'token=12%7CabC', ['12|abC']],
    ['percent-encoded in quotes', 'token="12%7CabC"', ['12|abC']],
    ['with a percent sign that is one', 'token=50%;', ['50%']],
    ['with = inside', 'token=YWJj==', ['YWJj==']],
    ['twice', 'token=abc; token=def', ['abc', 'def']],
    ['empty', 'token=', []],
    ['empty, in quotes', 'token=""', []],
    ['without a value', 'token; a=1', []],
    ['in other letters', 'Token=abc; TOKEN=abc', []],
    ['as a part of another name', 'xtoken=abc; token2=abc; my.token=abc', []],
    ['as a value', 'a=token=abc', []],
    ['in a quoted value, which ends at the semicolon', 'a="x; token=abc"', ['abc"']],
    ['not there', 'a=1', []],
    ['empty header', '', []],
    ['no header', undefined, []],
  ])('%s', (_, header, values) => {
    expect(cookieTokens(header)).toEqual(values);
  });

  test.each(['absent', 'loose', 'foreign'] as const)('is ignored where the origin is %s', (kind) => {
    expect(cookieTokens('token=abc', kind)).toBe('ignored');
    expect(cookieTokens('a=1', kind)).toEqual([]);
  });

  test('is not looked at without TOKEN_COOKIE', () => {
    expect(createCookieTokensOf(undefined, () => 'exact', 4096)(new IncomingMessage(new Socket()))).toEqual([]);
  });

  test('keeps no more of a huge one than shows that it is too long', () => {
    const [value = ''] = cookieTokens(`token=${'x'.repeat(16_000)}`);
    expect(value).toHaveLength(4097);
    expect(findToken({ auth: undefined, authorization: undefined, cookies: [value] })).toMatchObject({
      code: 'token-malformed',
    });
  });

  test('is read, whatever the header, without an error', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('token=', '"', ';', '%', '%7C', '=', ' '));
    fc.assert(
      fc.property(fc.array(text), (parts) => {
        const found = cookieTokens(parts.join(''));
        expect(Array.isArray(found) && found.every((value) => value !== '' && value.length <= 4097)).toBe(true);
      }),
    );
  });
});

describe('a token in a cookie', () => {
  const places = { auth: undefined, authorization: undefined };

  test.each([
    ['is taken where nothing else has one', { cookies: ['c'] }, 'c'],
    ['is taken where it came twice and is the same', { cookies: ['c', 'c'] }, 'c'],
    ['gives way to auth.token', { auth: 'a', cookies: ['c'] }, 'a'],
    ['gives way to the header', { authorization: 'Bearer b', cookies: ['c'] }, 'b'],
    ['gives way to the query', { query: 'q', cookies: ['c'] }, 'q'],
    ['does not matter beside another, however many there are', { auth: 'a', cookies: ['c', 'd'] }, 'a'],
  ])('%s', (_, given, token) => {
    expect(findToken({ ...places, ...given })).toBe(token);
  });

  test.each([
    ['that has several values', ['c', 'd']],
    ['with a blank inside', ['a b']],
    ['in letters beyond ASCII', ['ä']],
    ['of a variable without a value', ['undefined']],
  ])('%s is malformed', (_, cookies) => {
    expect(findToken({ ...places, cookies })).toMatchObject({ code: 'token-malformed', retry: false });
  });
});

const ENVIRONMENT = {
  TOKEN_COOKIE: 'session_token',
  CORS_ORIGIN: 'https://app.example, https://*.pages.example, capacitor://localhost, null, file://',
  TRUST_PROXY: '127.0.0.1',
};
const STAGES = {
  gateway: useStage({ ...ENVIRONMENT, WEBSOCKET_SERVER: 'gateway' }),
  'socket.io': useStage({ ...ENVIRONMENT, WEBSOCKET_SERVER: 'socket.io' }),
};
const unset = useStage({ CORS_ORIGIN: 'https://app.example' });
afterEach(() => Promise.all([STAGES.gateway().allIsWell(), STAGES['socket.io']().allIsWell(), unset().allIsWell()]));

const WAYS = [
  ['polling', 'gateway'],
  ['websocket', 'gateway'],
  ['websocket', 'socket.io'],
] as const;
const COOKIE = `other=1; session_token=${encodeURIComponent(TOKENS.alice)}`;

describe.each(WAYS)('over %s, where websockets are served by %s,', (transport, server) => {
  const url = (): string => STAGES[server]().gateway.url;
  const client = (headers: Record<string, string>, auth: object = {}, to = url()): TestClient =>
    createClient(to, { auth, transports: [transport], extraHeaders: headers });
  const hostOf = (to: string): string => new URL(to).host;

  test('a page of the own host or of an exact entry is accepted by its cookie, and receives its events', async () => {
    const origins = [
      `http://${hostOf(url())}`,
      `wss://${hostOf(url())}/`,
      'https://app.example',
      'capacitor://localhost',
    ];
    for (const Origin of origins) {
      const { next, socket } = client({ Cookie: COOKIE, Origin });
      expect(await next('connected')).toMatchObject([{ authenticated: true, userId: Number(USERS.alice) }]);
      await STAGES[server]().redis.publish('notices', { to: USERS.alice, text: 'for alice' });
      expect(await next('notice')).toEqual([{ to: USERS.alice, text: 'for alice' }]);
      socket.disconnect();
    }
  });

  test('auth.token and the Authorization header win', async () => {
    const headers = { Cookie: COOKIE, Origin: 'https://app.example' };
    const byAuth = client(headers, { token: TOKENS.carol });
    expect(await byAuth.next('connected')).toMatchObject([{ userId: Number(USERS.carol) }]);
    const byHeader = client({ ...headers, Authorization: `Bearer ${TOKENS.carol}` });
    expect(await byHeader.next('connected')).toMatchObject([{ userId: Number(USERS.carol) }]);
    const byBadAuth = client(headers, { token: 'bad' });
    expect(await byBadAuth.next('connect_error')).toMatchObject([{ data: { code: 'token-invalid' } }]);
  });

  test.each([
    ['without an origin', {}],
    ['by a pattern', { Origin: 'https://a.pages.example' }],
    ['of a sandboxed frame', { Origin: 'null' }],
    ['of a local file', { Origin: 'file://' }],
    [
      'of the own host without TLS, where the client came with it',
      { 'X-Forwarded-Host': 'gw.example', Origin: 'http://gw.example', 'X-Forwarded-Proto': 'https' },
    ],
  ])('the cookie of a page that is allowed %s is not read', async (_, headers) => {
    const { next } = client({ Cookie: COOKIE, ...headers });
    expect(await next('connect_error')).toMatchObject([{ data: { code: 'token-missing', retry: false } }]);
    await STAGES[server]().gateway.logged('the request has the cookie of TOKEN_COOKIE, but the cookie is read only');
  });

  test.each([
    ['another cookie', `token=${TOKENS.alice}`, 'token-missing'],
    ['a bad token', 'session_token=bad', 'token-invalid'],
    ['two tokens', `${COOKIE}; session_token=another`, 'token-malformed'],
    ['a huge one', `session_token=${'x'.repeat(8000)}`, 'token-malformed'],
    ['an empty one', 'session_token=', 'token-missing'],
  ])('%s in the cookie is answered as anywhere', async (_, Cookie, code) => {
    const { next } = client({ Cookie, Origin: 'https://app.example' });
    expect(await next('connect_error')).toMatchObject([{ data: { code, retry: false } }]);
  });

  test('a foreign page with the cookie is refused as without', async () => {
    const { next, received } = client({ Cookie: COOKIE, Origin: 'https://evil.example' });
    await next('connect_error');
    expect(received).toEqual([]);
  });

  test('a client that leaves and comes again on its session is known by the same cookie', async () => {
    const { next, socket } = client({ Cookie: COOKIE, Origin: 'https://app.example' });
    // Another namespace keeps the session open.
    const other = socket.io.socket('/other');
    await next('connected');
    socket.disconnect();
    socket.connect();
    expect(await next('connected')).toMatchObject([{ userId: Number(USERS.alice) }]);
    other.disconnect();
  });
});

describe('without TOKEN_COOKIE', () => {
  test('no cookie is read', async () => {
    const extraHeaders = { Cookie: COOKIE, Origin: 'https://app.example' };
    const { next } = createClient(unset().gateway.url, { extraHeaders });
    expect(await next('connect_error')).toMatchObject([{ data: { code: 'token-missing' } }]);
  });
});

describe('while it is connected', { timeout: 60_000 }, () => {
  test.each(WAYS)('the token of a cookie is asked about again: over %s, by %s', async (transport, server) => {
    const service = await startCrowdService();
    const environment = { AUTH_SERVICE_ADDR: service.address, AUTH_REVALIDATE: '2', WEBSOCKET_SERVER: server };
    const { gateway } = await stageSockets({ ...ENVIRONMENT, ...environment });
    const extraHeaders = { Cookie: `session_token=${tokenOf(7)}`, Origin: 'https://app.example' };
    const { next } = await connectClient(gateway.url, '', { transports: [transport], extraHeaders });
    service.revoked.add(tokenOf(7));
    await next('disconnect');
    expect(await next('connect_error')).toMatchObject([{ data: { code: 'token-invalid', retry: false } }]);
  });
});
