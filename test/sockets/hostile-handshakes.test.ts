import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { firstEvent, openRaw } from './raw-client.ts';
import { ask, askUpgrade, HANDSHAKE } from './raw-http.ts';
import { openPolling } from './raw-polling.ts';
import { useStage } from './stage.ts';

const stage = useStage();
afterEach(() => stage().allIsWell());

describe('a handshake that is none', () => {
  test.each([
    ['EIO=3&transport=polling'],
    ['transport=polling'],
    ['EIO=5&transport=polling'],
    ['EIO=4'],
    ['EIO=4&transport='],
    ['EIO=4&transport=websocket'],
    ['EIO=4&transport=webtransport'],
    ['EIO=4&transport=flashsocket'],
    ['EIO=4&transport=__proto__'],
    ['EIO=4&transport=constructor'],
    ['EIO=4&EIO=3&transport=polling'],
    ['EIO=4&transport=polling&transport=x'],
    ['EIO=4&transport=polling&sid=unknown'],
    ['EIO=4&transport=polling&sid=__proto__'],
    ['EIO=4&transport=polling&sid=constructor'],
    ['EIO=4&transport=polling&sid=hasOwnProperty'],
    ['EIO=4&transport=polling&sid=&sid=unknown'],
    ['EIO=4&transport=polling&__proto__=x&sid=x'],
    ['%'],
    [''],
  ])('(?%s) is answered with 400', async (query) => {
    expect(await ask(stage().gateway.url, `/socket.io/?${query}`)).toMatchObject({ status: 400 });
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('(method %s) is answered with 400', async (method) => {
    expect(await ask(stage().gateway.url, HANDSHAKE.polling, { method })).toMatchObject({ status: 400 });
  });

  test.each([
    ['EIO=4&transport=webtransport'],
    ['EIO=4&transport=__proto__'],
    ['EIO=4&transport=websocket&sid=unknown'],
    ['EIO=4&transport=websocket&sid=__proto__'],
    ['EIO=4&transport=websocket&sid=&sid=unknown'],
  ])('(upgrade to ?%s) is answered with 400', async (query) => {
    expect(await askUpgrade(stage().gateway.url, `/socket.io/?${query}`)).toMatchObject({ status: 400 });
  });

  test.each(['EIO=3&transport=websocket', 'transport=websocket', 'EIO=4&transport=polling'])(
    '(upgrade to ?%s) leads nowhere',
    async (query) => {
      expect(await firstEvent(stage().gateway.url, `/socket.io/?${query}`)).toBe('close');
    },
  );

  test.each([
    ['no version', { 'Sec-WebSocket-Version': '' }],
    ['an old version', { 'Sec-WebSocket-Version': '7' }],
    ['no key', { 'Sec-WebSocket-Key': '' }],
    ['a short key', { 'Sec-WebSocket-Key': 'abc' }],
    ['another protocol', { Upgrade: 'h2c' }],
  ])('(upgrade with %s) is answered with 4xx', async (_, headers) => {
    const { status } = await askUpgrade(stage().gateway.url, HANDSHAKE.websocket, headers);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });
});

describe('a session of polling', () => {
  test.each([
    ['EIO=3&transport=websocket', 'another protocol version'],
    ['transport=websocket', 'no protocol version'],
  ])('cannot be upgraded with ?%s: %s', async (query) => {
    const session = await openPolling(stage().gateway.url);
    const path = `/socket.io/?${query}&sid=${session.sid}`;
    expect(await askUpgrade(stage().gateway.url, path)).toMatchObject({ status: 400 });
  });

  test('that sends more than a client may is told so, and goes on', async () => {
    const session = await openPolling(stage().gateway.url);
    expect(await session.post('4'.padEnd(2 * 1024 * 1024, 'x'))).toMatchObject({ status: 413 });
    expect(await session.post('40/unknown,')).toMatchObject({ status: 200 });
    expect(await session.poll()).toMatchObject({ status: 200, body: expect.stringMatching(/^44\/unknown,/) });
  });

  test.each([
    ['bytes', Buffer.from([0, 1, 2]), { 'Content-Type': 'application/octet-stream' }, 400],
    ['an unknown packet', 'x', {}, 200],
    ['a CONNECT that is none', '40[]', {}, 200],
    ['an event before CONNECT', '42["ping"]', {}, 200],
  ])('that sends %s is closed', async (_, body, headers, status) => {
    const session = await openPolling(stage().gateway.url);
    expect(await session.post(body, headers)).toMatchObject({ status });
    const answers = [await session.poll(), await session.poll()];
    // An orderly goodbye first, where the session still could say it.
    expect(answers.at(0)?.body).toMatch(/^6.1$|Session ID unknown/);
    expect(answers.at(1)).toMatchObject({ status: 400, body: expect.stringContaining('Session ID unknown') });
  });
});

describe('before its CONNECT a client', () => {
  test.each([
    ['an event', '42["ping"]'],
    ['an ack', '430[]'],
    ['a DISCONNECT', '41'],
    ['an event for a namespace', '42/admin,["ping"]'],
    ['a list for CONNECT', '40[]'],
    ['a text for CONNECT', '40"token"'],
    ['null for CONNECT', '40null'],
    ['truncated JSON for CONNECT', '40{"token":'],
    ['bytes', new Uint8Array([4, 0])],
    ['nothing known', 'hello'],
  ])('that sends %s is closed', async (_, packet) => {
    const client = await openRaw(stage().gateway.url);
    client.send(packet);
    await expect(client.closed).resolves.toBeUndefined();
  });

  test.each(['/random', '/admin', '/__proto__', '/constructor', `/${'x'.repeat(10_000)}`, '/?token=x', '//'])(
    'that names the namespace %s is told that there is none',
    async (namespace) => {
      const client = await openRaw(stage().gateway.url);
      client.send(`40${namespace},{}`);
      expect(await client.next()).toBe(`44${namespace},{"message":"Invalid namespace"}`);
      client.send(`40${JSON.stringify({ token: TOKENS.alice })}`);
      expect(await client.next()).toMatch(/^40\{"sid"/);
    },
  );

  test.each([
    ['recovery of another session', { pid: 'x', offset: 'y' }],
    ['opt-ins of a later day', { notices: true, resume: { news: '0-1' }, trace: true }],
    ['a thousand keys', Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, index]))],
    ['a prototype', JSON.parse('{"__proto__":{"token":1},"constructor":{"prototype":{"token":1}}}')],
  ])('that adds %s to its token is let in as ever', async (_, more: object) => {
    const client = await openRaw(stage().gateway.url);
    client.send(`40${JSON.stringify({ ...more, token: TOKENS.alice })}`);
    expect(await client.next()).toMatch(/^40\{"sid":"[^"]+"\}$/);
    expect(await client.next()).toMatch(/^42\["connected",/);
  });
});

describe('a refused upgrade', () => {
  const REQUEST = [
    `GET ${HANDSHAKE.websocket} HTTP/1.1`,
    'Host: gateway',
    'Origin: http://evil.example',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n');

  test('does not matter to anybody when its peer resets the connection', async () => {
    const peer = connect(stage().gateway.port, '127.0.0.1');
    peer.write(REQUEST);
    await once(peer, 'data');
    peer.resetAndDestroy();
    await once(peer, 'close');
    expect(await stage().gateway.get('/health/live')).toMatchObject({ status: 200 });
  });

  test('does not matter to anybody when its peers reset before the answer', async () => {
    for (let i = 0; i < 200; i += 1) {
      const peer = connect(stage().gateway.port, '127.0.0.1');
      peer.write(REQUEST, () => setImmediate(() => peer.resetAndDestroy()));
      await once(peer, 'close');
    }
    expect(await stage().gateway.get('/health/live')).toMatchObject({ status: 200 });
  });

  test('leaves no connection behind, even if the peer keeps its half open', async () => {
    const peer = connect({ port: stage().gateway.port, host: '127.0.0.1', allowHalfOpen: true });
    peer.write(REQUEST);
    peer.resume();
    await once(peer, 'end');
    // The gateway has closed both directions, so what we still send is answered with a reset.
    const error = once(peer, 'error');
    const more = setInterval(() => peer.write('x'), 10);
    expect(await error).toMatchObject([{ code: expect.stringMatching(/EPIPE|ECONNRESET/) }]);
    clearInterval(more);
  });
});
