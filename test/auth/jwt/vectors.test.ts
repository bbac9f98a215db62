import { describe, expect, test } from 'vitest';
import { createJwtChecker, type JwtRules } from '../../../src/auth/methods/jwt/checker.ts';
import { JWT_FAULTS, type JwtFault } from '../../../src/auth/methods/jwt/faults.ts';
import { keysFor, readKeys, type JwtKey } from '../../../src/auth/methods/jwt/keys.ts';
import type { IdentityRules } from '../../../src/auth/identity.ts';
import type { TokenAnswer } from '../../../src/auth/token-answer.ts';
import { USER_IDS } from '../../../src/routes/user-id.ts';
import { DEFAULT_RULES, recordingTrace } from '../checker.ts';
import {
  AUDIENCE,
  ecPair,
  edPair,
  forgedToken,
  ISSUER,
  jwkOf,
  now,
  payloadOf,
  pemOf,
  rsaPair,
  tokenOf,
  type KeyPair,
} from './issuer.ts';

const RSA = rsaPair('rsa');
const PSS = rsaPair('pss', 'PS256');
const ES256 = ecPair('es256', 'ES256');
const ED = edPair('ed');
const ISSUED: readonly KeyPair[] = [RSA, PSS, ES256, ecPair('es384', 'ES384'), ecPair('es512', 'ES512'), ED];
const STRANGE = rsaPair('rsa');

const RULES: JwtRules = { issuer: ISSUER, audience: AUDIENCE, user: ['sub'], claims: new Map(), maxAge: 86_400 };

function keysIn(text: string): readonly JwtKey[] {
  const keys = readKeys(text);
  if ('problem' in keys) throw new Error(keys.problem);
  return keys;
}

const SET = keysIn(JSON.stringify({ keys: ISSUED.map((pair) => jwkOf(pair)) }));

async function check(
  token: string,
  {
    rules = RULES,
    keys = SET,
    identity = DEFAULT_RULES,
  }: Partial<{ rules: JwtRules; keys: readonly JwtKey[]; identity: IdentityRules }> = {},
): Promise<TokenAnswer> {
  const find = async (header: { alg: unknown; kid: unknown }) => {
    const found = keysFor(header, keys);
    return found.length > 0 ? ({ kind: 'keys', keys: found } as const) : ({ kind: 'unknown-key' } as const);
  };
  return createJwtChecker({ rules, identity, keys: { find } }).check(token, recordingTrace());
}

const invalid = (fault: JwtFault): TokenAnswer => ({ kind: 'invalid', why: JWT_FAULTS[fault] });
const NOT_MINE: TokenAnswer = { kind: 'not-mine' };

describe('a JWT of the issuer', () => {
  test.each(ISSUED.map((pair) => [pair.alg, pair] as const))('signed with %s is valid', async (_, pair) => {
    expect(await check(tokenOf(pair))).toMatchObject({ kind: 'valid', identity: { user: '7' } });
  });

  test('identifies its user until it expires', async () => {
    const exp = now() + 60;
    expect(await check(tokenOf(RSA, payloadOf({ exp })))).toEqual({
      kind: 'valid',
      identity: { user: '7', expiresAt: exp * 1000 },
    });
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['that expired 20 s ago, as clocks differ', { exp: now() - 20, iat: now() - 60 }],
    ['issued 20 s in the future, as clocks differ', { iat: now() + 20, nbf: now() + 20 }],
    ['for several audiences', { aud: ['other', AUDIENCE] }],
    ['with a number as user id', { sub: 7 }],
    ['that lives as long as is allowed', { iat: now() - 10, exp: now() - 10 + 86_400 }],
  ])('%s is valid', async (_, changed) => {
    expect(await check(tokenOf(RSA, payloadOf(changed)))).toMatchObject({ kind: 'valid', identity: { user: '7' } });
  });

  test.each<[string, Readonly<Record<string, unknown>>, JwtFault]>([
    ['that expired 40 s ago', { exp: now() - 40, iat: now() - 60 }, 'expired'],
    ['issued 40 s in the future', { iat: now() + 40 }, 'early'],
    ['not valid for the next 40 s', { nbf: now() + 40 }, 'early'],
    ['for another audience', { aud: 'other' }, 'audience'],
    ['for an audience in other letters', { aud: 'Gateway' }, 'audience'],
    ['for no audience', { aud: undefined }, 'incomplete'],
    ['for an empty list of audiences', { aud: [] }, 'audience'],
    ['that never expires', { exp: undefined }, 'incomplete'],
    ['that expires at a text', { exp: String(now() + 600) }, 'incomplete'],
    ['without its time of issue', { iat: undefined }, 'incomplete'],
    ['that lives too long', { exp: now() + 90_000 }, 'lives-too-long'],
    ['that lives too long, and pretends to be old', { iat: 0, exp: now() + 600 }, 'lives-too-long'],
  ])('%s is invalid', async (_, changed, fault) => {
    expect(await check(tokenOf(RSA, payloadOf(changed)))).toEqual(invalid(fault));
  });

  test.each([
    [{ sub: undefined }],
    [{ sub: '' }],
    [{ sub: '07' }],
    [{ sub: ['7'] }],
    [{ sub: { id: 7 } }],
    [{ sub: 1.5 }],
  ])('with %j has no user id', async (changed) => {
    expect(await check(tokenOf(RSA, payloadOf(changed)))).toEqual({ kind: 'no-user-id' });
  });

  test('has its user and its claims where the settings say', async () => {
    const payload = payloadOf({
      user: { id: 'ada' },
      realm_access: { roles: ['staff', 'admin'] },
      orgs: 9,
      secret: 'x',
    });
    const rules = { ...RULES, user: ['user', 'id'], claims: new Map([['roles', ['realm_access', 'roles']]]) };
    const identity: IdentityRules = { userIds: USER_IDS.text, claims: () => ['roles', 'orgs', '__proto__'] };
    expect(await check(tokenOf(RSA, payload), { rules, identity })).toMatchObject({
      kind: 'valid',
      identity: {
        user: 'ada',
        claims: new Map([
          ['roles', ['staff', 'admin']],
          ['orgs', ['9']],
        ]),
      },
    });
  });
});

describe('a forged JWT', () => {
  const publicText = pemOf(RSA);
  const header = (changed: object): object => ({ alg: 'RS256', kid: 'rsa', ...changed });
  test.each<[string, string, JwtFault]>([
    ['without a signature, alg none', forgedToken({ alg: 'none' }, payloadOf()), 'algorithm'],
    ['without a signature, alg None', forgedToken({ alg: 'None', kid: 'rsa' }, payloadOf()), 'algorithm'],
    ['without a signature, alg nOnE', forgedToken({ alg: 'nOnE', kid: 'rsa' }, payloadOf()), 'algorithm'],
    ['with an empty signature', forgedToken(header({}), payloadOf()), 'signature'],
    ['without alg', forgedToken({ kid: 'rsa' }, payloadOf(), 'x'), 'algorithm'],
    ['whose alg is a list', forgedToken({ alg: ['RS256'], kid: 'rsa' }, payloadOf(), 'x'), 'key-unknown'],
    [
      'HS256 with the public key as the secret',
      forgedToken({ alg: 'HS256', kid: 'rsa' }, payloadOf(), publicText),
      'algorithm',
    ],
    [
      'HS256 with the trimmed public key',
      forgedToken({ alg: 'HS256', kid: 'rsa' }, payloadOf(), publicText.trim()),
      'algorithm',
    ],
    ['RS256 by an HMAC with the public key', forgedToken(header({}), payloadOf(), publicText), 'signature'],
    ['by a key of another issuer with the same kid', tokenOf(STRANGE), 'signature'],
    [
      'that names the address of another key set',
      tokenOf(STRANGE, payloadOf(), { jku: 'http://127.0.0.1:1/keys' }),
      'signature',
    ],
    [
      'that names the address of a certificate',
      tokenOf(STRANGE, payloadOf(), { x5u: 'http://127.0.0.1:1/c.pem' }),
      'signature',
    ],
    ['that brings its key along', tokenOf(STRANGE, payloadOf(), { jwk: jwkOf(STRANGE) }), 'signature'],
    ['that brings its certificate along', tokenOf(STRANGE, payloadOf(), { x5c: ['MIIB'] }), 'signature'],
    ['whose kid is a path', tokenOf(RSA, payloadOf(), { kid: '../../../../dev/null' }), 'key-unknown'],
    ['whose kid is SQL', tokenOf(RSA, payloadOf(), { kid: "x' UNION SELECT 'key" }), 'key-unknown'],
    ['whose kid is a prototype name', tokenOf(RSA, payloadOf(), { kid: '__proto__' }), 'key-unknown'],
    ['whose kid is an object', tokenOf(RSA, payloadOf(), { kid: { $ne: 1 } }), 'key-unknown'],
    ['of the key of another algorithm', tokenOf({ ...RSA, kid: 'es256' }), 'key-unknown'],
    ['PS256 with a key that signs RS256 only', tokenOf({ ...RSA, alg: 'PS256' }), 'key-unknown'],
    ['that demands an unknown extension', tokenOf(RSA, payloadOf(), { crit: ['exp'], exp: 1 }), 'unsupported'],
    ['whose payload is changed', withPayload(tokenOf(RSA), payloadOf({ sub: '8' })), 'signature'],
  ])('%s is invalid', async (_, token, fault) => {
    const answer = await check(token);
    expect(answer.kind).toBe('invalid');
    expect(answer).toEqual(invalid(fault));
  });

  test('by an RSA key of 1024 bits is invalid: such a key is not read', () => {
    expect(readKeys(JSON.stringify({ keys: [jwkOf(rsaPair('short', 'RS256', 1024))] }))).toHaveProperty('problem');
  });
});

describe('a token that is no JWT of the issuer goes to the next method', () => {
  test.each<[string, string]>([
    ['of Sanctum', '1|abcdefghijklmnop'],
    ['with two parts', 'a.b'],
    ['with five parts, encrypted', 'a.b.c.d.e'],
    ['with a header that is no JSON', 'YQ.YQ.YQ'],
    ['with a payload that is no JSON', `${tokenOf(RSA).split('.')[0]}.YQ.YQ`],
    ['of another issuer', tokenOf(RSA, payloadOf({ iss: 'https://id.example.com' }))],
    ['of no issuer', tokenOf(RSA, payloadOf({ iss: undefined }))],
    ['whose issuer is a list', tokenOf(RSA, payloadOf({ iss: [ISSUER] }))],
    ['in base64 with padding', tokenOf(RSA).replace('.', '=.')],
  ])('%s', async (_, token) => {
    expect(await check(token)).toEqual(NOT_MINE);
  });
});

describe('keys', () => {
  test.each<[string, string]>([
    ['a JWK Set', JSON.stringify({ keys: [jwkOf(RSA)] })],
    ['one JWK', JSON.stringify(jwkOf(RSA))],
    [
      'a JWK Set with private keys',
      JSON.stringify({ keys: [{ ...RSA.privateKey.export({ format: 'jwk' }), kid: 'rsa' }] }),
    ],
    ['PEM', pemOf(RSA)],
    ['several PEM', `${pemOf(ES256)}\n${pemOf(RSA)}`],
  ])('from %s verify a token', async (_, text) => {
    expect(await check(tokenOf(RSA), { keys: keysIn(text) })).toMatchObject({ kind: 'valid' });
    expect(await check(tokenOf(STRANGE), { keys: keysIn(text) })).toEqual(invalid('signature'));
  });

  test('a token without kid is tried with each key that fits', async () => {
    const keys = keysIn(JSON.stringify({ keys: [jwkOf(STRANGE, { kid: 'other' }), jwkOf(RSA)] }));
    expect(await check(tokenOf(RSA, payloadOf(), { kid: undefined }), { keys })).toMatchObject({ kind: 'valid' });
  });

  test.each<[string, string]>([
    ['nothing', ''],
    ['HTML', '<html>'],
    ['a shared secret', JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'rsa' }] })],
    ['a key for encryption', JSON.stringify({ keys: [jwkOf(RSA, { use: 'enc' })] })],
    ['a broken key', JSON.stringify({ keys: [{ kty: 'RSA', n: '!', e: 'AQAB' }] })],
    ['an unknown type', JSON.stringify({ keys: [{ kty: 'XYZ' }, null, 7] })],
    ['an empty set', '{"keys":[]}'],
    ['a set that is none', '{"keys":{}}'],
  ])('from %s are none, with a reason', (_, text) => {
    expect(readKeys(text)).toHaveProperty('problem');
  });
});

function withPayload(token: string, payload: object): string {
  const [head, , signature] = token.split('.');
  return [head, Buffer.from(JSON.stringify(payload)).toString('base64url'), signature].join('.');
}
