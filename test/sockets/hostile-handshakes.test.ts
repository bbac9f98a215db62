import { afterEach, describe, expect, test } from 'vitest';
import { firstEvent } from './raw-client.ts';
import { ask, askUpgrade, HANDSHAKE } from './raw-http.ts';
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
