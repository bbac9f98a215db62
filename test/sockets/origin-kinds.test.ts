import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { origins } from '../../src/config/environment/variable-types.ts';
import { createOriginOf, type OriginKind } from '../../src/sockets/servers/origin.ts';

type Headers = Readonly<Record<string, string>>;

const PROXY = '10.0.0.9';

/** @param from the address of the proxy that is trusted, or another. */
function kindOf(headers: Headers, entries = '', from = PROXY): OriginKind {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  Object.defineProperty(request.socket, 'remoteAddress', { value: from });
  return createOriginOf(entries === '' ? [] : origins(entries), (address) => address === PROXY)(request);
}

describe('a page of the gateway’s own host', () => {
  test.each([
    ['http://gw.example.com', 'gw.example.com'],
    ['https://gw.example.com', 'gw.example.com'],
    // socket.io-client-swift, by Starscream
    ['wss://gw.example.com', 'gw.example.com:443'],
    ['ws://gw:8080', 'gw:8080'],
    ['ws://gw.example.com', 'gw.example.com'],
    // nginx with `Host $host:$server_port`
    ['https://gw.example.com', 'gw.example.com:443'],
    ['http://gw.example.com', 'gw.example.com:80'],
    ['https://gw.example.com:443', 'gw.example.com'],
    ['http://gw.example.com:80', 'gw.example.com'],
    ['wss://gw.example.com:443', 'gw.example.com'],
    ['https://gw.example.com:8443', 'gw.example.com:8443'],
    // React Native before 0.59
    ['https://gw.example.com/', 'gw.example.com'],
    ['wss://gw.example.com:443/', 'gw.example.com'],
    ['https://gw.example.com', 'GW.Example.COM'],
    ['HTTPS://GW.EXAMPLE.COM', 'gw.example.com'],
    ['Wss://Gw.example.com', 'gw.example.com:443'],
    // The full name; nginx's $host has it without the dot
    ['https://gw.example.com.', 'gw.example.com'],
    ['https://gw.example.com', 'gw.example.com.:443'],
    ['http://gw.example.com.:8080', 'gw.example.com:8080'],
    ['https://gw.example.com:', 'gw.example.com'],
    ['https://gw.example.com', 'gw.example.com:'],
    ['https://gw.example.com:0443', 'gw.example.com'],
    ['http://[2001:db8::1]:3000', '[2001:db8::1]:3000'],
    ['http://[2001:DB8:0:0::1]:3000', '[2001:db8::1]:3000'],
    ['wss://[::1]', '[0:0:0:0:0:0:0:1]:443'],
    ['http://127.0.0.1:3000', '127.0.0.1:3000'],
    ['https://xn--exmple-cua.com', 'XN--exmple-cua.com'],
    ['http://my_service:3000', 'my_service:3000'],
  ])('%s asks for %s', (origin, host) => {
    expect(kindOf({ origin, host })).toBe('exact');
  });

  test.each([
    ['on another port', 'https://gw.example.com:8443', 'gw.example.com'],
    ['on another port than the default one', 'https://gw.example.com', 'gw.example.com:8443'],
    ['on the port of another scheme', 'http://gw.example.com', 'gw.example.com:443'],
    ['on the port of another scheme, by websocket', 'wss://gw.example.com', 'gw.example.com:80'],
    ['as a prefix', 'https://gw.example.com.attacker.net', 'gw.example.com'],
    ['as a suffix', 'https://evilgw.example.com', 'gw.example.com'],
    ['below it', 'https://evil.gw.example.com', 'gw.example.com'],
    ['above it', 'https://example.com', 'gw.example.com'],
    ['as a user', 'https://gw.example.com@evil.example', 'gw.example.com'],
    ['behind a user', 'https://evil@gw.example.com', 'gw.example.com'],
    ['behind a user and a password', 'https://a:b@gw.example.com', 'gw.example.com'],
    ['as a password', 'https://evil.example:gw.example.com@gw.example.com', 'gw.example.com'],
    ['as a path', 'https://evil.example/gw.example.com', 'gw.example.com'],
    ['with a path', 'https://gw.example.com/evil', 'gw.example.com'],
    ['with two slashes', 'https://gw.example.com//', 'gw.example.com'],
    ['with a query', 'https://gw.example.com?', 'gw.example.com'],
    ['with a fragment', 'https://gw.example.com#', 'gw.example.com'],
    ['with a backslash', 'https://gw.example.com\\.evil.example', 'gw.example.com'],
    ['with one slash', 'https:/gw.example.com', 'gw.example.com'],
    ['without slashes', 'https:gw.example.com', 'gw.example.com'],
    ['without a scheme', 'gw.example.com', 'gw.example.com'],
    ['without a name of a scheme', '//gw.example.com', 'gw.example.com'],
    ['by ftp', 'ftp://gw.example.com', 'gw.example.com'],
    ['by file', 'file://gw.example.com', 'gw.example.com'],
    ['by an app', 'app://gw.example.com', 'gw.example.com'],
    ['by a scheme that begins like one', 'httpsx://gw.example.com', 'gw.example.com'],
    ['behind a blank', ' https://gw.example.com', 'gw.example.com'],
    ['before a blank', 'https://gw.example.com ', 'gw.example.com'],
    ['before a tab', 'https://gw.example.com\t', 'gw.example.com'],
    ['twice', 'https://gw.example.com, https://gw.example.com', 'gw.example.com'],
    ['twice with a blank', 'https://gw.example.com https://gw.example.com', 'gw.example.com'],
    ['percent-encoded', 'https://gw%2Eexample.com', 'gw.example.com'],
    ['with two dots', 'https://gw.example.com..', 'gw.example.com'],
    ['in letters that look alike', 'https://gw.exаmple.com', 'gw.example.com'],
    ['in wide letters', 'https://ｇｗ.example.com', 'gw.example.com'],
    ['in letters that become ASCII in lower case', 'https://gw.example.com/\u212a', 'gw.example.com'],
    ['on a port that is none', 'https://gw.example.com:99999', 'gw.example.com:99999'],
    ['on port 0', 'https://gw.example.com:0', 'gw.example.com:0'],
    ['on a port with a sign', 'https://gw.example.com:+443', 'gw.example.com'],
    ['as another spelling of an IPv4 address', 'http://127.1', '127.0.0.1'],
    ['as a number', 'http://2130706433', '127.0.0.1'],
    ['as an IPv4 address in IPv6', 'http://[::ffff:127.0.0.1]', '127.0.0.1'],
    ['in brackets that stay open', 'http://[::1', '[::1]'],
    ['with a zone', 'http://[fe80::1%25eth0]', '[fe80::1]'],
    ['as nothing', '', 'gw.example.com'],
    ['as nothing, at an empty Host', 'https://', ''],
    ['as null', 'null', 'null'],
    ['as undefined', 'http://undefined', ''],
    ['where Host has a user', 'https://gw.example.com', 'evil@gw.example.com'],
    ['where Host has a path', 'https://gw.example.com', 'gw.example.com/x'],
    ['where Host is a list', 'https://gw.example.com', 'gw.example.com, evil.example'],
  ])('is not one that names it %s: %j for %j', (_, origin, host) => {
    expect(kindOf({ origin, host })).toBe('foreign');
  });

  test('nothing equals a Host that is not given; no Origin is no page', () => {
    expect(kindOf({ origin: 'http://undefined' })).toBe('foreign');
    expect(kindOf({ host: 'gw.example.com' })).toBe('absent');
  });
});

describe('an entry of CORS_ORIGIN', () => {
  test.each([
    ['https://app.example', 'https://app.example'],
    ['https://app.example', 'wss://app.example:443'],
    ['https://app.example/', 'https://app.example'],
    ['https://App.Example', 'https://app.example/'],
    ['wss://app.example', 'https://app.example'],
    ['ws://app.example:8080', 'http://app.example:8080'],
    ['https://app.example:443', 'https://app.example'],
    ['https://app.example', 'HTTPS://APP.EXAMPLE'],
    ['http://[::1]:3000', 'http://[0:0:0:0:0:0:0:1]:3000'],
    ['capacitor://localhost', 'capacitor://localhost'],
    ['capacitor://localhost', 'capacitor://localhost/'],
    ['chrome-extension://abcdef', 'chrome-extension://abcdef'],
    ['app://localhost:80', 'app://localhost:80'],
    ['https://other.example, https://app.example', 'https://app.example'],
  ])('%s takes %s', (entry, origin) => {
    expect(kindOf({ origin, host: 'gw.example.com' }, entry)).toBe('exact');
  });

  test.each([
    ['https://app.example', 'http://app.example'],
    ['https://app.example', 'ws://app.example'],
    ['https://app.example', 'https://app.example:8443'],
    ['https://app.example:8443', 'https://app.example'],
    ['https://app.example', 'https://app.example.'],
    ['https://app.example', 'https://sub.app.example'],
    ['https://app.example', 'https://evil-app.example'],
    ['https://app.example', 'https://app.example.evil.example'],
    ['https://app.example', 'https://app.example@evil.example'],
    ['https://app.example', 'https://evil.example/https://app.example'],
    ['https://app.example', 'app.example'],
    ['https://app.example', 'app://app.example'],
    ['capacitor://localhost', 'http://localhost'],
    ['capacitor://localhost', 'ionic://localhost'],
    ['app://localhost', 'app://localhost:80'],
    ['https://app.example', 'null'],
    ['https://app.example', 'file://'],
  ])('%s does not take %s', (entry, origin) => {
    expect(kindOf({ origin, host: 'gw.example.com' }, entry)).toBe('foreign');
  });
});

describe('a pattern', () => {
  test.each([
    ['https://*.example.com', 'https://app.example.com'],
    ['https://*.example.com', 'wss://app.example.com:443/'],
    ['https://*.example.com', 'https://PR-12.Example.com'],
    ['https://*.example.com', 'https://xn--exmple-cua.example.com'],
    ['https://*.Example.com/', 'https://a.example.com'],
    ['wss://*.example.com', 'https://a.example.com'],
    ['https://*.pr.example.com:8443', 'https://12.pr.example.com:8443'],
    ['http://*.localhost:5173', 'http://tenant.localhost:5173'],
  ])('%s takes %s', (entry, origin) => {
    expect(kindOf({ origin, host: 'gw.example.net' }, entry)).toBe('loose');
  });

  test.each([
    ['the domain itself', 'https://example.com'],
    ['several labels', 'https://a.b.example.com'],
    ['an empty label', 'https://.example.com'],
    ['an empty label before another', 'https://a..example.com'],
    ['a star', 'https://*.example.com'],
    ['another scheme', 'http://a.example.com'],
    ['an app’s scheme', 'app://a.example.com'],
    ['another port', 'https://a.example.com:8443'],
    ['a longer name', 'https://evilexample.com'],
    ['a name behind it', 'https://a.example.com.attacker.net'],
    ['a dot behind it', 'https://a.example.com.'],
    ['it as a user', 'https://a.example.com@evil.example'],
    ['a user', 'https://evil@a.example.com'],
    ['it as a path', 'https://evil.example/.example.com'],
    ['a path in the label', 'https://evil.example/a.example.com'],
    ['a fragment in the label', 'https://evil#.example.com'],
    ['a port in the label', 'https://evil:80.example.com'],
    ['null', 'null'],
    ['nothing', ''],
  ])('does not take %s: %s', (_, origin) => {
    expect(kindOf({ origin, host: 'gw.example.net' }, 'https://*.example.com')).toBe('foreign');
  });

  test('next to an exact entry leaves that as it is', () => {
    const kinds = ['https://app.example.com', 'https://pr.example.com'].map((origin) =>
      kindOf({ origin, host: 'gw' }, 'https://*.example.com,https://app.example.com'),
    );
    expect(kinds).toEqual(['exact', 'loose']);
  });
});

describe('pages without a host', () => {
  test.each([
    ['null', '', 'foreign'],
    ['null', 'null', 'loose'],
    ['null', 'file://', 'foreign'],
    ['NULL', 'null', 'foreign'],
    ['null/', 'null', 'foreign'],
    ['null://', 'null', 'foreign'],
    ['null://null', 'null', 'foreign'],
    ['file://', '', 'foreign'],
    ['file://', 'null', 'foreign'],
    ['file://', 'file://', 'loose'],
    ['file:///', 'file://', 'loose'],
    ['file://', 'file:///', 'loose'],
    ['file:', 'file://', 'foreign'],
    ['file://evil.example', 'file://', 'foreign'],
    ['file:///home/user/evil.html', 'file://', 'foreign'],
    ['', 'null,file://', 'foreign'],
  ])('of %j, where CORS_ORIGIN names %j: %s', (origin, entries, kind) => {
    expect(kindOf({ origin, host: 'gw.example.com' }, entries)).toBe(kind);
  });
});

describe('behind a proxy', () => {
  const ORIGIN = { origin: 'https://gw.example.com', host: 'internal:3000' };

  test.each([
    ['passes the host on', { 'x-forwarded-host': 'gw.example.com' }],
    ['passes it on with its port', { 'x-forwarded-host': 'GW.example.com:443' }],
    ['is the second of two', { 'x-forwarded-host': 'gw.example.com, edge.internal' }],
    ['passes host and port on', { 'x-forwarded-host': 'gw.example.com:8080', 'x-forwarded-port': '443' }],
    ['passes host and ports on', { 'x-forwarded-host': 'gw.example.com:8080', 'x-forwarded-port': '443, 80' }],
    ['passes the port on, and the name as Host', { host: 'gw.example.com:3000', 'x-forwarded-port': '443' }],
    ['passes Host on and says something else', { host: 'gw.example.com', 'x-forwarded-host': 'edge.internal' }],
    ['ended TLS', { 'x-forwarded-host': 'gw.example.com', 'x-forwarded-proto': 'https' }],
  ])('that is trusted and %s, a page of that host may connect', (_, headers) => {
    expect(kindOf({ ...ORIGIN, ...headers })).toBe('exact');
  });

  test.each([
    ['nothing', {}],
    ['another host', { 'x-forwarded-host': 'other.example.com' }],
    ['it as the second of two', { 'x-forwarded-host': 'other.example.com, gw.example.com' }],
    ['it on another port', { 'x-forwarded-host': 'gw.example.com:8443' }],
    ['it with a user', { 'x-forwarded-host': 'a@gw.example.com' }],
    ['it as a URL', { 'x-forwarded-host': 'https://gw.example.com' }],
    ['nothing in the header', { 'x-forwarded-host': '' }],
    ['a port that is none', { host: 'gw.example.com:3000', 'x-forwarded-port': 'x' }],
    ['no port in the header', { host: 'gw.example.com:3000', 'x-forwarded-port': '' }],
  ])('that is trusted and says %s, it may not', (_, headers) => {
    expect(kindOf({ ...ORIGIN, ...headers })).toBe('foreign');
  });

  test('that is not trusted, nothing is believed', () => {
    const headers = { ...ORIGIN, 'x-forwarded-host': 'gw.example.com', 'x-forwarded-port': '443' };
    expect(kindOf(headers, '', '203.0.113.7')).toBe('foreign');
    expect(kindOf({ ...headers, host: 'gw.example.com:3000' }, '', '203.0.113.7')).toBe('foreign');
  });

  test('that ended TLS, a page without it is not taken for the gateway’s own to the letter', () => {
    const headers = { origin: 'http://gw.example.com', host: 'gw.example.com', 'x-forwarded-proto': 'https' };
    expect(kindOf(headers)).toBe('loose');
    expect(kindOf({ ...headers, 'x-forwarded-proto': 'WSS, http' })).toBe('loose');
    expect(kindOf({ ...headers, 'x-forwarded-proto': 'http' })).toBe('exact');
    expect(kindOf(headers, 'http://gw.example.com')).toBe('exact');
  });
});

describe('whatever the text', () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?$/);
  const domain = fc.tuple(label, label, fc.constantFrom('com', 'example', 'dev')).map((parts) => parts.join('.'));
  const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
  const odd = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('@', '/', '\\', '.', ':', '?', '#', '%2e', ' ', ','),
  );

  test('a page of the host that it asks may connect, in any spelling', () => {
    fc.assert(
      fc.property(domain, port, fc.boolean(), fc.boolean(), fc.boolean(), (name, wanted, tls, isWebSocket, slash) => {
        const own = tls ? 443 : 80;
        const scheme = isWebSocket ? (tls ? 'wss' : 'ws') : tls ? 'https' : 'http';
        const ports = (wanted ?? own) === own ? ['', `:${own}`] : [`:${wanted}`];
        for (const here of ports)
          for (const there of ports) {
            const origin = `${scheme}://${slash ? name.toUpperCase() : name}${here}${slash ? '/' : ''}`;
            expect(kindOf({ origin, host: `${name}${there}` })).toBe('exact');
          }
      }),
    );
  });

  test('what may connect is a page of that host in a browser’s eyes too', () => {
    const near = fc
      .tuple(
        fc.constantFrom('https://', 'wss://', 'http://', ''),
        odd,
        fc.constantFrom('gw.example.com', 'app.example.com', ''),
        odd,
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(near, (origin) => {
        const kind = kindOf({ origin, host: 'gw.example.com' }, 'https://*.example.com');
        if (kind === 'foreign') return;
        const { hostname, username, password, pathname, search, hash } = new URL(origin.replace(/^ws/i, 'http'));
        expect(hostname).toMatch(kind === 'exact' ? /^gw\.example\.com\.?$/ : /^[a-z0-9_-]+\.example\.com$/);
        expect([username, password, pathname, search, hash]).toEqual(['', '', '/', '', '']);
      }),
      { numRuns: 2000 },
    );
  });
});
