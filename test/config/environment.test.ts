import { compile } from 'proxy-addr';
import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { readEnvironment } from '../../src/config/environment/environment.ts';
import { VARIABLES } from '../../src/config/environment/variables.ts';
import { formatFinding } from '../../src/config/text/findings.ts';
import { redisUrl } from '../../src/config/environment/redis-url.ts';
import { origins, trustedProxies } from '../../src/config/environment/variable-types.ts';
import { ACCEPTED, CANARY, ENVIRONMENT_ROWS } from './environment-rows.ts';

describe('all findings of the environment are reported', () => {
  test.each(ENVIRONMENT_ROWS)('%s', (_, environment, expected) => {
    const { settings, findings } = readEnvironment(environment);

    expect(findings.map(({ code, message }) => [code, message])).toEqual(
      expected.map(([code, message]) => [code, expect.stringContaining(message)]),
    );
    expect(settings === undefined).toBe(findings.some(({ severity }) => severity === 'error'));
    expect(findings.map(formatFinding).join('\n')).not.toContain(CANARY);
  });
});

describe('of the environment is taken', () => {
  test.each(ACCEPTED)('%s', (_, environment, settings) => {
    expect(readEnvironment(environment).findings).toEqual([]);
    expect(readEnvironment(environment).settings).toMatchObject(settings);
  });

  test('every fallback', () => {
    const fallbacks = Object.values(VARIABLES).filter(({ fallback }) => fallback !== '');
    const written = Object.fromEntries(fallbacks.map(({ name, fallback }) => [name, fallback]));
    expect(readEnvironment(written).settings).toEqual(readEnvironment({}).settings);
  });

  test('a prefix of a network that proxy-addr can do, whatever it is', () => {
    for (let bits = 0; bits <= 130; bits += 1) {
      for (const network of [`10.0.0.0/${bits}`, `fc00::/${bits}`]) {
        const accepted = !throws(() => trustedProxies(network));
        expect([network, accepted]).toEqual([network, !throws(() => compile(network))]);
      }
    }
  });
});

describe('whatever the text', () => {
  test('an origin of the web that is taken becomes what a browser sends', () => {
    const near = fc
      .tuple(fc.constantFrom('http://', 'https://', 'HTTP://', 'wss://'), fc.webAuthority({ withPort: true }))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(near, fc.webUrl(), fc.string()), (text) => {
        if (throws(() => origins(text)) || !/^(http|ws)s?:/i.test(text)) return;
        const urls = text.split(',').map((item) => new URL(item.trim().replace(/^ws/i, 'http')));
        expect(origins(text)).toEqual(urls.map(({ origin }) => origin));
      }),
    );
  });

  test('a user and a password come out of REDIS_URL as they were encoded into it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.string({ unit: 'grapheme', minLength: 1 }),
        (username, password) => {
          const url = `redis://${encodeURIComponent(username)}:${encodeURIComponent(password)}@h`;
          expect(redisUrl(url)).toMatchObject({ login: { username, password } });
        },
      ),
    );
  });

  test('reading the environment never throws, and reveals no secret', () => {
    const names = Object.values(VARIABLES).map(({ name }) => name);
    const environments = fc.dictionary(fc.constantFrom(...names), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(environments, (environment) => {
        const { settings, findings } = readEnvironment({
          ...environment,
          REDIS_URL: `redis://:${CANARY}@${environment['REDIS_URL'] ?? ''}`,
        });
        expect(settings === undefined).toBe(findings.some(({ severity }) => severity === 'error'));
        expect(JSON.stringify(findings)).not.toContain(CANARY);
      }),
    );
  });
});

function throws(attempt: () => unknown): boolean {
  try {
    attempt();
    return false;
  } catch (error) {
    return error instanceof Error;
  }
}
