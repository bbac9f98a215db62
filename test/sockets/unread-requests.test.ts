import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { createClient } from '../support/client.ts';
import { ask, askUpgrade, HANDSHAKE } from './raw-http.ts';
import { useStage } from './stage.ts';

const stage = useStage();
afterEach(() => stage().allIsWell());

const COOKIES = { Cookie: `session=${'y'.repeat(20_000)}` };
const HEADERS = 'the headers of a request are longer than 16 KB';
const TLS = 'TLS arrived at the port, which speaks HTTP without TLS';
const NOT_HTTP = 'a request is not HTTP/1.1';

const malformed = (): Promise<number> =>
  stage().gateway.metric('websocket_connections_failed_total{rejection="handshake-malformed"}');

describe('a request that Node does not read is answered, logged with a hint and counted', () => {
  test.each([
    ['polling', () => ask(stage().gateway.url, HANDSHAKE.polling, { headers: COOKIES })],
    ['websocket', () => askUpgrade(stage().gateway.url, HANDSHAKE.websocket, COOKIES)],
  ])('(large cookies, over %s)', async (_, send) => {
    const before = await malformed();
    const { status, headers, body } = await send();
    expect([status, headers['content-type']]).toEqual([431, 'application/json']);
    expect(JSON.parse(body)).toEqual({ code: 'handshake-malformed', retry: false, message: HEADERS });
    await stage().gateway.logged(`"reason":"${HEADERS}","retry":false,"address":"127.0.0.1","hint":"large cookies`);
    expect(await malformed()).toBe(before + 1);
  });

  test.each([['polling'], ['websocket']])('(a stock client with large cookies, over %s)', async (transport) => {
    const before = await malformed();
    const client = createClient(stage().gateway.url, {
      transports: [transport],
      auth: { token: TOKENS.alice },
      extraHeaders: COOKIES,
      reconnection: false,
    });
    await client.next('connect_error');
    expect(await malformed()).toBe(before + 1);
  });

  test.each<[what: string, request: string | Buffer, reason: string]>([
    ['the beginning of TLS', Buffer.from('16030100c8010000c40303', 'hex'), TLS],
    ['the beginning of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', NOT_HTTP],
    [
      'the PROXY protocol',
      `PROXY TCP4 10.0.0.1 10.0.0.2 4000 80\r\nGET ${HANDSHAKE.polling} HTTP/1.1\r\n\r\n`,
      NOT_HTTP,
    ],
    ['a header without a name', `GET ${HANDSHAKE.polling} HTTP/1.1\r\nHost: gateway\r\n: x\r\n\r\n`, NOT_HTTP],
  ])('(%s)', async (_, request, reason) => {
    const before = await malformed();
    expect(await answerTo(request)).toMatch(/^HTTP\/1\.1 400 [^]*"code":"handshake-malformed"/);
    await stage().gateway.logged(`"reason":"${reason}"`);
    expect(await malformed()).toBe(before + 1);
  });
});

test('a connection that ends within a request is neither logged nor counted', async () => {
  const before = await malformed();
  const half = `GET ${HANDSHAKE.polling} HTTP/1.1\r\nHost: gate`;
  const [ended, reset] = [open(), open()];
  ended.end(half);
  await once(ended, 'close');
  reset.write(half, () => reset.resetAndDestroy());
  await once(reset, 'close');
  expect(await malformed()).toBe(before);
});

async function answerTo(request: string | Buffer): Promise<string> {
  const socket = open();
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.write(request);
  await once(socket, 'close');
  return answer;
}

function open() {
  const socket = connect(stage().gateway.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => socket.destroy()).resume();
  return socket;
}
