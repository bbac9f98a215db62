import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { rejection, REJECTIONS, type RejectionCode } from '../../src/auth/rejection.ts';
import { createPeerOf } from '../../src/sockets/servers/client-address.ts';
import { beginsSession } from '../../src/sockets/servers/handshake-request.ts';
import { createOriginOf } from '../../src/sockets/servers/origin.ts';
import type { WebSocketServerName } from '../../src/sockets/servers/open-servers.ts';
import { knock, ask, askUpgrade, HANDSHAKE } from './raw-http.ts';
import { openPolling } from './raw-polling.ts';
import { startSocketServer } from './socket-io.ts';

const WAYS = [
  ['polling', 'gateway'],
  ['websocket', 'gateway'],
  ['websocket', 'socket.io'],
] as const;

describe.each(WAYS)('while no new connection is taken, over %s, served by %s', (transport, webSockets) => {
  test.each(retryable())('a handshake is answered with 503 and why: %s', async (code) => {
    const { url, refused } = await closedGate(code, webSockets);
    const { status, headers, body } = await knock(url, transport);
    expect(status).toBe(503);
    expect(headers).toMatchObject({ 'retry-after': '2', connection: 'close', 'content-type': 'application/json' });
    expect(JSON.parse(body)).toEqual(rejection(code));
    expect(refused).toEqual([code]);
  });

  test.each(['&sid=', '&sid=x&sid=', '&sid'])(
    'a handshake that only looks like a session (%s) is one',
    async (query) => {
      const { url } = await closedGate('draining', webSockets);
      expect(await knock(url, transport, {}, query)).toMatchObject({ status: 503 });
    },
  );

  test('a foreign page is refused permanently', async () => {
    const { url } = await closedGate('draining', webSockets);
    expect(await knock(url, transport, { Origin: 'https://evil.example' })).toMatchObject({ status: 403 });
  });
});

describe('while no new connection is taken', () => {
  test('an open session continues, and may be upgraded', async () => {
    const gate = await closedGate(undefined);
    const session = await openPolling(gate.url);
    gate.close('draining');
    expect(await session.post('40')).toMatchObject({ status: 200 });
    expect(await session.poll()).toMatchObject({ status: 200 });
    expect(await askUpgrade(gate.url, `${HANDSHAKE.websocket}&sid=${session.sid}`)).toMatchObject({ status: 101 });
    expect(await ask(gate.url, HANDSHAKE.polling)).toMatchObject({ status: 503 });
  });

  test('a request that names an upgrade and does not ask for it is answered as a request', async () => {
    const { url } = await closedGate('draining');
    const answer = await ask(url, HANDSHAKE.polling, { headers: { Upgrade: 'websocket', Connection: 'close' } });
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
  });
});

describe('refusals by Engine.IO', () => {
  test.each([
    ['&sid=unknown', 'session-unknown'],
    ['&transport=x', 'handshake-malformed'],
    ['&EIO=3', 'handshake-malformed'],
  ])('(%s) are told as %s', async (query, code) => {
    const { url, refused } = await closedGate(undefined);
    await knock(url, 'polling', {}, query);
    expect(refused).toEqual([code]);
  });
});

describe('rejections', () => {
  test.each(Object.entries(REJECTIONS))(
    '%s: who must stay away for its token hears "unauthorized"',
    (code, { retry, message }) => {
      const ofToken = (code.startsWith('token-') && code !== 'token-expired') || code === 'no-user-id';
      expect(message.startsWith('unauthorized')).toBe(ofToken);
      expect(ofToken && retry).toBe(false);
    },
  );
});

describe('the address of a client', () => {
  test.each([
    ['nobody is trusted', [], '10.0.0.9', '10.0.0.9'],
    ['its proxy is trusted', ['10.0.0.0/8'], '10.0.0.9', '203.0.113.7'],
    ['two proxies are trusted', ['10.0.0.9', '203.0.113.7'], '10.0.0.9', '198.51.100.1'],
    ['another proxy is trusted', ['10.0.0.1'], '10.0.0.9', '10.0.0.9'],
  ])('is the first that is not trusted, where %s', (_, trusted, from, address) => {
    const request = requestWith({ 'x-forwarded-for': 'spoofed, 198.51.100.1, 203.0.113.7' });
    Object.defineProperty(request.socket, 'remoteAddress', { value: from });
    expect(createPeerOf(trusted)(request).address).toBe(address);
  });
});

function retryable(): RejectionCode[] {
  return (['draining', 'auth-unavailable'] as const).filter((code) => REJECTIONS[code].retry);
}

/** A server behind a gate that is closed for that reason, or open. */
async function closedGate(code: RejectionCode | undefined, webSockets: WebSocketServerName = 'gateway') {
  const refused: RejectionCode[] = [];
  const originOf = createOriginOf([], () => false);
  let because = code;
  const { url } = await startSocketServer(webSockets, {
    refusal(request) {
      const why = originOf(request) === 'foreign' ? 'origin-refused' : beginsSession(request) ? because : undefined;
      if (why === undefined) return undefined;
      refused.push(why);
      return rejection(why);
    },
    malformed: (why) => void refused.push(why.code),
  });
  return { url, refused, close: (code: RejectionCode) => void (because = code) };
}

function requestWith(headers: Record<string, string>): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  return request;
}
