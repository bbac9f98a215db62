import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressIn, createPeerOf, networkOf } from '../../src/sockets/servers/client-address.ts';

describe('the network of an address', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:FFFF:CB00:7107', '203.0.113.7'],
    ['64:ff9b::203.0.113.7', '64:ff9b:0:0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2'],
    ['2001:DB8:A::', '2001:db8:a:0'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8::1:2:3:4:5', '2001:db8:0:1'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['nonsense', 'nonsense'],
    ['', ''],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('an item of X-Forwarded-For', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:51000', '203.0.113.7'],
    ['203.0.113.7:', '203.0.113.7'],
    ['203.0.113.7:_hidden', '203.0.113.7'],
    ['  203.0.113.7:51000\t', '203.0.113.7'],
    ['"203.0.113.7:51000"', '203.0.113.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['"[2001:db8::1]:443"', '2001:db8::1'],
    ['[::ffff:203.0.113.7]:443', '::ffff:203.0.113.7'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
  ])('%s is the address %s', (item, address) => {
    expect(addressIn(item)).toBe(address);
  });

  test.each([
    '',
    ' ',
    'unknown',
    '_hidden',
    'spoofed',
    '203.0.113',
    '203.0.113.007',
    '203.0.113.256:80',
    '127.1',
    '0x7f000001',
    '2130706433',
    '[203.0.113.7]:80',
    '[2001:db8::1',
    '2001:db8::1]:443',
    '[2001:db8::1]443',
    '[2001:db8::1]:443:443',
    '203.0.113.7:80:80',
    '203.0.113.7 51000',
    '203.0.113.7/24',
    '"203.0.113.7',
    'for=203.0.113.7',
    'http://203.0.113.7',
  ])('%j is none', (item) => {
    expect(addressIn(item)).toBeUndefined();
  });
});

describe('the address of a client', () => {
  const peer = (trusted: readonly string[], from: string, forwardedFor: string | undefined) => {
    const request = new IncomingMessage(new Socket());
    if (forwardedFor !== undefined) request.headers['x-forwarded-for'] = forwardedFor;
    Object.defineProperty(request.socket, 'remoteAddress', { value: from });
    return createPeerOf(trusted)(request);
  };

  test.each([
    ['behind a proxy that sends ports', ['10.0.0.9'], '203.0.113.7:51000', '203.0.113.7'],
    ['behind two, both of which send ports', ['10.0.0.0/8'], '203.0.113.7:51000, 10.0.0.8:443', '203.0.113.7'],
    ['behind two, the farther one in brackets', ['10.0.0.9', 'fc00::/7'], '203.0.113.7, [fd00::1]:443', '203.0.113.7'],
    ['among empty items', ['10.0.0.9'], '198.51.100.1, 203.0.113.7, ,', '203.0.113.7'],
    ['behind a proxy that hides it', ['10.0.0.9'], 'unknown', '10.0.0.9'],
    ['behind two, the farther of which hides it', ['10.0.0.0/8'], '198.51.100.1, unknown, 10.0.0.8', '10.0.0.8'],
    ['behind what sends an empty list', ['10.0.0.9'], '', '10.0.0.9'],
    ['behind what sends an address with a mask', ['10.0.0.9'], '203.0.113.7/32', '10.0.0.9'],
  ])('%s', (_, trusted, forwardedFor, address) => {
    expect(peer(trusted, '10.0.0.9', forwardedFor)).toEqual({ address, forwarded: false });
  });

  test('is that of the proxy where it is not trusted, and the header is reported', () => {
    expect(peer([], '10.0.0.9', '203.0.113.7:51000')).toEqual({ address: '10.0.0.9', forwarded: true });
    expect(peer([], '10.0.0.9', undefined)).toEqual({ address: '10.0.0.9', forwarded: false });
  });

  describe('with Forwarded (RFC 7239), which is not read', () => {
    const ONLY = { forwarded: 'for=203.0.113.7;proto=https' };
    test.each([
      ['is reported from a trusted proxy that sends only it', ['10.0.0.9'], ONLY, ['10.0.0.9']],
      ['is not reported beside X-Forwarded-For', ['10.0.0.9'], { ...ONLY, 'x-forwarded-for': '10.0.0.9' }, []],
      ['is not reported from an untrusted peer', ['10.0.0.8'], ONLY, []],
      ['is not reported where it is absent', ['10.0.0.9'], {}, []],
    ])('%s', (_, trusted, headers, reported) => {
      const request = new IncomingMessage(new Socket());
      Object.assign(request.headers, headers);
      Object.defineProperty(request.socket, 'remoteAddress', { value: '10.0.0.9' });
      const unread: string[] = [];
      const peer = createPeerOf(trusted, (proxy) => unread.push(proxy))(request);
      expect(peer).toEqual({ address: '10.0.0.9', forwarded: false });
      expect(unread).toEqual(reported);
    });
  });

  test('is always an address, and never one that only an untrusted peer names', () => {
    const anything = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string({ maxLength: 20 }),
      fc.constantFrom('10.0.0.8', ':1', '"'),
    );
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 4 }), (items) => {
        const list = items.join(',');
        const { address } = peer(['10.0.0.0/8'], '10.0.0.9', `198.51.100.1, ${list}, 203.0.113.7:1`);
        expect(address).toBe('203.0.113.7');
        expect(addressIn(peer(['10.0.0.0/8'], '10.0.0.9', list).address)).toBeDefined();
      }),
    );
  });
});
