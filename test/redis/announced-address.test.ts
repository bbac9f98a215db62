import { describe, expect, test } from 'vitest';
import { natMap } from '../../src/config/environment/nat-map.ts';
import { createAddressResolver } from '../../src/redis/announced-address.ts';
import { redirectionOf } from '../../src/redis/redirection.ts';

const ANNOUNCER = { host: 'seed.example.com', port: 7000 };

describe('the address of a server', () => {
  test.each([
    ['', '10.0.0.1', 6379, '10.0.0.1:6379'],
    ['', '', 6379, 'seed.example.com:6379'],
    ['', null, '6379', 'seed.example.com:6379'],
    ['', '?', 6379, 'seed.example.com:6379'],
    ['10.0.0.1:6379=redis.example.com:16379', '10.0.0.1', 6379, 'redis.example.com:16379'],
    ['10.0.0.1:6379=redis.example.com:16379', '10.0.0.2', 6379, '10.0.0.2:6379'],
    ['[fd00::1]:6379=[::1]:16379', 'fd00::1', 6379, '::1:16379'],
    ['seed.example.com:6379=other:1', '', 6379, 'other:1'],
    ['asked-host', '10.0.0.1', 6380, 'seed.example.com:6380'],
  ])('with REDIS_NAT_MAP=%s, announced as %s:%s, is resolved', (map, host, port, reached) => {
    const address = createAddressResolver(natMap(map))(host, port, ANNOUNCER);
    expect(`${address.host}:${address.port}`).toBe(reached);
  });

  test.each(['a', 'a:1', 'a:1=', 'a:1=b', 'a:1=b:0', 'a:1=b:70000', 'a:1=b:2=c:3', 'a:1=b:2,a:1=c:3', 'a:1=b:2,'])(
    'REDIS_NAT_MAP=%s is refused',
    (text) => expect(() => natMap(text)).toThrow(/announced/),
  );
});

test.each([
  ['MOVED 3999 127.0.0.1:6381', { kind: 'moved', host: '127.0.0.1', port: '6381' }],
  ['MOVED 3999 :6381', { kind: 'moved', host: '', port: '6381' }],
  ['ASK 3999 ::1:6381', { kind: 'ask', host: '::1', port: '6381' }],
  ["READONLY You can't write against a read only replica.", { kind: 'demoted' }],
  ['TRYAGAIN Multiple keys request during rehashing of slot', { kind: 'wait' }],
  ['CLUSTERDOWN The cluster is down', { kind: 'wait' }],
  ['NOPERM this user has no permissions', undefined],
])('the redirection in the reply %s', (message, redirection) => {
  const reply = (text: string): Error => Object.assign(new Error(text), { name: 'ReplyError' });
  expect(redirectionOf(reply(message))).toEqual(redirection);
  expect(redirectionOf(new Error(message))).toBeUndefined();
});
