import { describe, expect, test } from 'vitest';
import { ConnectFailed, connectCauseOf, summaryOf } from '../../src/redis/connect-cause.ts';
import { DeadlineExceeded } from '../../src/redis/deadline.ts';

const reply = (message: string): Error => Object.assign(new Error(message), { name: 'ReplyError' });
const failed = (error: unknown, tls = false): ConnectFailed =>
  new ConnectFailed('redis.inside:6379', connectCauseOf(error, tls));

describe('the summary of an error, for /health', () => {
  test.each([
    [
      failed(reply('WRONGPASS invalid username-password pair or user is disabled.')),
      /^WRONGPASS invalid username-password pair or user is disabled$/,
    ],
    [
      failed(reply('DENIED Redis is running in protected mode because …. Connect from 10.0.0.1')),
      /^DENIED Redis is running in protected mode/,
    ],
    [
      failed(reply("NOPERM User inside has no permissions to run the 'subscribe' command")),
      /^NOPERM the user has no permissions to run the 'subscribe' command$/,
    ],
    [reply('LOADING Redis is loading the dataset in memory'), /^LOADING Redis is loading the dataset in memory$/],
    [
      new Error('no node of the cluster reports its nodes: 10.0.0.1:7000: …', {
        cause: failed(new Error('connect ECONNREFUSED 10.0.0.1:7000')),
      }),
      /^ECONNREFUSED$/,
    ],
    [failed(new Error('getaddrinfo ENOTFOUND redis.inside')), /^ENOTFOUND$/],
    [failed(new Error('self-signed certificate'), true), /^its certificate is not accepted$/],
    [
      failed(new Error("Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in …"), true),
      /^its certificate is not accepted$/,
    ],
    [failed(new Error('certificate has expired'), true), /^its certificate has expired$/],
    [failed(new Error('wrong version number'), true), /^one side speaks TLS and the other does not$/],
    [failed(new Error('read ECONNRESET')), /^one side speaks TLS and the other does not$/],
    [failed(new DeadlineExceeded(), true), /^one side speaks TLS and the other does not$/],
    [failed(new DeadlineExceeded()), /^no answer$/],
    [new Error('no answer to PING', { cause: new DeadlineExceeded() }), /^no answer$/],
  ])('%s', (error, summary) => {
    expect(summaryOf(error)).toMatch(summary);
    expect(summaryOf(error)).not.toMatch(/10\.0\.0\.1|inside/);
  });

  test('is undefined for an unknown cause, which is left to the log', () => {
    expect(summaryOf(failed(new Error('something else')))).toBeUndefined();
    expect(summaryOf(new Error('10.0.0.1:6379 is no longer the master'))).toBeUndefined();
  });
});

test.each([
  ['WRONGPASS invalid', true],
  ['NOAUTH Authentication required.', true],
  ['NOPERM no permissions', true],
  ['DENIED Redis is running in protected mode', true],
  ['LOADING Redis is loading the dataset in memory', false],
  ['ERR max number of clients reached', false],
])('the reply %s refuses the login: %s', (message, refused) => {
  expect(connectCauseOf(reply(message), false).refused).toBe(refused);
});
