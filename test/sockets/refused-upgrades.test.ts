import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { HANDSHAKE } from './raw-http.ts';
import { useStage } from './stage.ts';

const stage = useStage();
afterEach(() => stage().allIsWell());

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

  test('affects no other client when its peer resets the connection', async () => {
    const peer = connect(stage().gateway.port, '127.0.0.1');
    peer.write(REQUEST);
    await once(peer, 'data');
    peer.resetAndDestroy();
    await once(peer, 'close');
    expect(await stage().gateway.get('/health/live')).toMatchObject({ status: 200 });
  });

  test('affects no other client when its peers reset before the answer', async () => {
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
