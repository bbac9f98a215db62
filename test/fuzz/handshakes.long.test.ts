import { connect } from 'node:net';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { openPolling } from '../sockets/raw-polling.ts';
import { useStage } from '../sockets/stage.ts';
import { expectUnharmed, fuzz, FUZZED, FUZZ_TIMEOUT, residentBytes } from './fuzz.ts';

const stage = useStage(FUZZED);

const often = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 3 }, fc.constantFrom(usual, ...others));
const odd = fc.string({ unit: 'binary-ascii', maxLength: 20 });

const method = fc.oneof(often('GET', 'POST', 'OPTIONS', 'HEAD', 'PUT', 'TRACE', 'PATCH', 'DELETE', 'get'), odd);
const path = often(
  '/socket.io/',
  '/socket.io',
  '/socket.io//',
  '/SOCKET.IO/',
  '/',
  '//socket.io/',
  '/socket.io/x',
  '/health',
  '*',
);
const pair = fc.oneof(
  fc.constantFrom('EIO=4', 'transport=polling', 'transport=websocket', 'sid=%SID%', 'b64=1', 'j=0', 't=x'),
  fc.constantFrom(
    'EIO=3',
    'EIO',
    'EIO=',
    'transport=webtransport',
    'transport=__proto__',
    'sid=',
    'sid=__proto__',
    '%',
    '%00',
    '&&',
    'a[b]=1',
  ),
  odd.map((text) => encodeURIComponent(text)),
);
const query = fc.oneof(
  fc.constantFrom(
    'EIO=4&transport=polling',
    'EIO=4&transport=websocket',
    'EIO=4&transport=polling&sid=%SID%',
    'EIO=4&transport=websocket&sid=%SID%',
  ),
  fc.array(pair, { maxLength: 6 }).map((pairs) => pairs.join('&')),
);
const header = fc.oneof(
  fc.constantFrom(
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Upgrade: h2c',
    'Sec-WebSocket-Version: 7',
    'Sec-WebSocket-Key: x',
    'Sec-WebSocket-Protocol: ,,',
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99',
    `Authorization: Bearer ${TOKENS.alice}`,
    'Authorization: Bearer',
    'Origin: null',
    'Origin: https://evil.example',
    'Content-Length: 2',
    'Content-Length: 99',
    'Content-Type: application/octet-stream',
    'Transfer-Encoding: chunked',
    'Expect: 100-continue',
    'X-Forwarded-For: 1.2.3.4, ::1, x',
    'Cookie: io=x',
    'Accept-Encoding: gzip',
    'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ),
  fc.tuple(odd, odd).map((parts) => parts.join(': ')),
);
const body = fc.oneof(
  fc.constant(''),
  fc.constantFrom('40', '2probe', '40{}\x1e40{}', '2\r\n40\r\n0\r\n\r\n', '1'),
  odd,
);
const request = fc.record({
  method,
  path,
  query,
  headers: fc.array(header, { maxLength: 6 }),
  host: fc.boolean(),
  body,
});

/** Sends it and says goodbye; resolves when the gateway has closed the connection. */
function say(text: string): Promise<void> {
  const socket = connect(stage().gateway.port, '127.0.0.1');
  return new Promise((resolve, reject) => {
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNREFUSED' ? reject(error) : socket.destroy(),
    );
    socket.once('close', () => resolve());
    socket.resume();
    socket.end(text, 'latin1');
  });
}

test('any handshake harms no client', { timeout: FUZZ_TIMEOUT }, async () => {
  const before = await residentBytes(stage().gateway);
  let { sid } = await openPolling(stage().gateway.url);
  const runs = await fuzz(fc.array(request, { minLength: 1, maxLength: 3 }), async (requests, count) => {
    if (count % 20 === 0) ({ sid } = await openPolling(stage().gateway.url));
    const text = requests
      .map(({ method: verb, path: to, query: pairs, headers, host, body: content }) =>
        [`${verb} ${to}?${pairs} HTTP/1.1`, ...(host ? ['Host: gateway'] : []), ...headers, '', content].join('\r\n'),
      )
      .join('')
      .replaceAll('%SID%', sid);
    await say(text);
    expect(stage().gateway.death()).toBeNull();
    if (count % 50 === 0) await stage().allIsWell();
  });
  expect(runs).toBeGreaterThan(0);
  await stage().allIsWell();
  await expectUnharmed(stage().gateway, before);
});
