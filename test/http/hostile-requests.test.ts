import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { useStage } from '../sockets/stage.ts';

const stage = useStage();
afterEach(() => stage().allIsWell());

/**
 * Sends this as it is; resolves with all that is answered once the gateway has closed the connection. Where it did not
 * read to the end, the answer may be lost to a reset.
 */
async function say(request: string | Buffer): Promise<string> {
  const socket = connect(stage().gateway.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString())).on('error', () => socket.destroy());
  socket.write(request);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

const get = (path: string, ...headers: string[]): string => request('GET', path, headers);

function request(method: string, path: string, headers: readonly string[] = [], body = ''): string {
  return [`${method} ${path} HTTP/1.1`, 'Host: gateway', 'Connection: close', ...headers, '', body].join('\r\n');
}

const POLLING = '/socket.io/?EIO=4&transport=polling';
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `X-${index}: y`);
const CHUNKED = ['Transfer-Encoding: chunked'];

/** Status of what a server must not try to understand. */
const REFUSED: readonly [what: string, request: string | Buffer, status: RegExp][] = [
  ['no HTTP at all', 'hello\r\n\r\n', /^400/],
  ['a TLS greeting', Buffer.from('16030100c8010000c40303', 'hex'), /^400/],
  ['the beginning of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^400/],
  ['an unknown version', 'GET /health HTTP/9.9\r\nHost: gateway\r\n\r\n', /^400/],
  ['an unknown method', request('FOO', '/health'), /^400/],
  ['no Host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', /^400/],
  ['lines that end with LF alone', 'GET /health HTTP/1.1\nHost: gateway\n\n', /^400/],
  ['a NUL in a header', get('/health', 'X: a\0b'), /^400/],
  ['a space before the colon', request('POST', POLLING, ['Content-Length : 1'], '1'), /^400/],
  ['a header without a name', get('/health', ': x'), /^400/],
  ['a header of 64 kB', get('/health', `X: ${'y'.repeat(65_536)}`), /^(431|$)/],
  ['5,000 headers', get('/health', ...many(5000)), /^(431|$)/],
  ['5,000 headers with an upgrade', get(POLLING, ...UPGRADE, KEY, ...many(5000)), /^(431|$)/],
  ['a path of 64 kB', get(`/${'x'.repeat(65_536)}`), /^(431|$)/],
  ['a query of 64 kB', get(`${POLLING}&x=${'y'.repeat(65_536)}`), /^(431|$)/],
  ['two lengths', request('POST', POLLING, ['Content-Length: 1', 'Content-Length: 2'], '40'), /^400/],
  ['two lengths in one', request('POST', POLLING, ['Content-Length: 1, 2'], '40'), /^400/],
  ['a negative length', request('POST', POLLING, ['Content-Length: -1'], '40'), /^400/],
  ['a length and chunks', request('POST', POLLING, ['Content-Length: 5', ...CHUNKED], '0\r\n\r\n'), /^400/],
  [
    'chunks that are not the last coding',
    request('POST', POLLING, ['Transfer-Encoding: chunked, gzip'], '0\r\n\r\n'),
    /^400/,
  ],
  ['a chunk whose length is no number', request('POST', POLLING, CHUNKED, 'xyz\r\nabc\r\n'), /^400/],
  ['a chunk of 2^64 bytes', request('POST', POLLING, CHUNKED, '10000000000000000\r\n'), /^400/],
];

/** What is HTTP, and answered without harm. */
const ANSWERED: readonly [what: string, request: string, status: RegExp][] = [
  ['500 headers', get('/health', ...many(500)), /^200/],
  ['the form for proxies', get('http://elsewhere.example/health'), /^[24]\d\d/],
  ['TRACE', request('TRACE', '/health', ['X-Secret: canary']), /^4\d\d/],
  ['OPTIONS of the server', request('OPTIONS', '*'), /^[24]\d\d/],
  ['HEAD of /health', request('HEAD', '/health'), /^200/],
  ['HEAD of /metrics', request('HEAD', '/metrics'), /^200/],
  ['POST to /health', request('POST', '/health', ['Content-Length: 2'], '{}'), /^4\d\d/],
  ['POST to /metrics', request('POST', '/metrics', ['Content-Length: 2'], '{}'), /^4\d\d/],
  ['a body with GET', request('GET', '/health', ['Content-Length: 2'], '{}'), /^200/],
  [
    'a query that means to reach prototypes',
    get('/metrics?a[__proto__]=1&__proto__[b]=1&constructor.prototype=1'),
    /^200/,
  ],
  ['1,000 parameters', get(`/health?${'a[]=1&'.repeat(1000)}`), /^200/],
  ['an escape that is none', get('/%zz'), /^4\d\d/],
  ['an escaped NUL', get('/%00'), /^4\d\d/],
  ['a way out of the folder', get('/../../../../etc/passwd'), /^4\d\d/],
  ['an escaped way out of the folder', get('/console/..%2f..%2fpackage.json'), /^4\d\d/],
  ['a way out of Socket.IO’s path', get('/socket.io/../package.json'), /^4\d\d/],
  ['no path', get('//'), /^4\d\d/],
  ['an upgrade elsewhere', get('/health', 'Connection: close, Upgrade', ...UPGRADE.slice(1), KEY), /^200/],
  ['an upgrade to nowhere', get('/nowhere', 'Connection: close, Upgrade', ...UPGRADE.slice(1), KEY), /^404/],
  // Found by a fuzzer: it stayed open, without a timeout, even when its client had gone.
  [
    'an upgrade elsewhere after another request',
    `GET /health/live HTTP/1.1\r\nHost: gateway\r\n\r\n${get('/health', ...UPGRADE, KEY)}`,
    /^200/,
  ],
  [
    'an upgrade to HTTP/2',
    get(POLLING, 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AA'),
    /^200/,
  ],
  ['a tunnel', 'CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n', /^(4\d\d|$)/],
  [
    'a wish to continue',
    request('POST', '/health', ['Expect: 100-continue', 'Content-Length: 2'], '{}'),
    /^(100|4\d\d)/,
  ],
  ['a wish that is unknown', request('POST', '/health', ['Expect: 200-ok', 'Content-Length: 2'], '{}'), /^4\d\d/],
];

const statusOf = (answer: string): string => answer.replace(/^HTTP\/1\.1 /, '').slice(0, 3);

describe('a request that is none is refused:', () => {
  test.each(REFUSED)('%s', async (_, bytes, status) => {
    expect(statusOf(await say(bytes))).toMatch(status);
  });
});

describe('an odd request is answered, and reveals nothing:', () => {
  test.each(ANSWERED)('%s', async (_, bytes, status) => {
    const answer = await say(bytes);
    expect(statusOf(answer)).toMatch(status);
    for (const secret of ['canary', 'root:', '"dependencies"', 'node_modules', 'elsewhere.example'])
      expect(answer).not.toContain(secret);
    expect({}).not.toHaveProperty('b');
  });

  test.each(['/health', '/metrics', '/metrics?format=prometheus'])('two hundred of %s at once', async (path) => {
    const keepAlive = `GET ${path} HTTP/1.1\r\nHost: gateway\r\n\r\n`;
    const answering = say(keepAlive.repeat(199) + get(path));
    await stage().allIsWell();
    expect((await answering).match(/HTTP\/1\.1 200/g)).toHaveLength(200);
  });

  test('a hundred at once', async () => {
    const keepAlive = 'GET /health/live HTTP/1.1\r\nHost: gateway\r\n\r\n';
    const answers = await say(keepAlive.repeat(99) + get('/health/live'));
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(100);
  });
});
