import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { useStage } from './stage.ts';

const stage = useStage();

/** Sends this, and then nothing; resolves with all that is answered once the gateway has ended it. */
async function say(beginning: string): Promise<string> {
  const { hostname, port } = new URL(stage().gateway.url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write(beginning);
  return text(socket);
}

const UNFINISHED = [
  'GET /health HTTP/1.1\r\nHost: gateway\r\nX-Slow: ',
  'POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: gateway\r\nContent-Length: 100\r\n\r\n40',
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: gateway\r\nUpgrade: websocket\r\n',
  'POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n40\r\n',
  'POST /admin/explain HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n',
];

test(
  'headers, a body and an upgrade that never end are ended, and others are served meanwhile',
  { timeout: 60_000 },
  async () => {
    const answers = UNFINISHED.map(say);
    await stage().allIsWell();
    for (const answer of answers) expect(await answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    await stage().allIsWell();
  },
);

describe('compression', () => {
  test('is not agreed on, whatever a client offers', async () => {
    const { hostname, port } = new URL(stage().gateway.url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.write(
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
        'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n',
    );
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toContain('101 Switching Protocols');
    expect(String(answer)).not.toContain('permessage-deflate');
  });

  test('is not used for answers over polling', async () => {
    const headers = { 'Accept-Encoding': 'gzip, deflate, br', Authorization: `Bearer ${TOKENS.alice}` };
    const response = await fetch(`${stage().gateway.url}/socket.io/?EIO=4&transport=polling`, { headers });
    expect(response.headers.get('content-encoding')).toBeNull();
  });
});
