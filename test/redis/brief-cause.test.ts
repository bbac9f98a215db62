import { expect, test } from 'vitest';
import { brieflyOf } from '../../src/redis/brief-cause.ts';

test.each([
  ['10.0.0.1:6379: WRONGPASS invalid username-password pair or user is disabled.', /^WRONGPASS invalid username/],
  ['10.0.0.1:6379: DENIED Redis is running in protected mode because …', /^DENIED Redis is running in protected mode/],
  ['10.0.0.1:6379: LOADING Redis is loading the dataset in memory', /^LOADING Redis is loading the dataset in memory$/],
  ['no node of the cluster tells who is there: 10.0.0.1:7000: connect ECONNREFUSED 10.0.0.1:7000', /^ECONNREFUSED$/],
  ['redis.inside:6379: getaddrinfo ENOTFOUND redis.inside', /^ENOTFOUND$/],
  ['10.0.0.1:6379: self-signed certificate; REDIS_TLS_CA_FILE names the certificate to trust', /not accepted$/],
  ["redis.inside:6379: Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in …", /not accepted$/],
  ['10.0.0.1:6379: certificate has expired', /has expired$/],
  ['10.0.0.1:6379: the port does not speak TLS, the URL begins with redis', /one side speaks TLS/],
  ['10.0.0.1:6379: no answer', /^no answer$/],
])('%s', (reason, brief) => {
  expect(brieflyOf(reason)).toMatch(brief);
  expect(brieflyOf(reason)).not.toMatch(/10\.0\.0\.1|inside/);
});

test('a cause that is not known is left to the log', () => {
  expect(brieflyOf('10.0.0.1:6379: something else')).toBeUndefined();
});
