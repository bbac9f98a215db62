import { describe, expect, test } from 'vitest';
import type { IdentityRules } from '../../src/auth/identity.ts';
import { readClaims } from '../../src/auth/claims.ts';
import type { TokenAnswer } from '../../src/auth/token-answer.ts';
import { USER_IDS } from '../../src/routes/user-id.ts';
import { checkerOf, recordingTrace } from './checker.ts';
import { startFaultyService, type ValidateTokenResponse } from './faulty-service.ts';

const rules = (kind: 'uint64' | 'text', ...claims: string[]): IdentityRules => ({
  userIds: USER_IDS[kind],
  claims: () => claims,
});

async function answerTo(response: ValidateTokenResponse, identity: IdentityRules): Promise<TokenAnswer> {
  const { address } = await startFaultyService((_, reply) => reply(null, response));
  return checkerOf(address, 2000, identity).check('token', recordingTrace());
}

const user = (id: string): TokenAnswer => ({ kind: 'valid', identity: { user: id } });
const NO_USER: TokenAnswer = { kind: 'no-user-id' };

describe('the user of a valid answer', () => {
  test.each<['uint64' | 'text', ValidateTokenResponse, TokenAnswer]>([
    ['uint64', { user_id: '7' }, user('7')],
    ['uint64', { subject: '7' }, user('7')],
    ['uint64', { user_id: '7', subject: '7' }, user('7')],
    ['uint64', { user_id: '7', subject: '8' }, NO_USER],
    ['uint64', { user_id: '7', subject: 'ada' }, NO_USER],
    ['uint64', { subject: 'ada' }, NO_USER],
    ['uint64', { subject: '07' }, NO_USER],
    ['uint64', {}, NO_USER],
    ['text', { subject: 'auth0|5f' }, user('auth0|5f')],
    ['text', { user_id: '7' }, user('7')],
    ['text', { user_id: '7', subject: 'ada' }, user('ada')],
    ['text', { subject: 'a b' }, NO_USER],
    ['text', { user_id: '7', subject: 'a b' }, NO_USER],
    ['text', {}, NO_USER],
  ])('where ids are %s, %j is %j', async (kind, response, answer) => {
    expect(await answerTo({ valid: true, ...response }, rules(kind))).toEqual(answer);
  });
});

describe('the claims and the expiry of a valid answer', () => {
  test('are those that the routes file declares', async () => {
    const claims = { orgs: { values: ['7', '8'] }, roles: { values: [] }, other: { values: ['x'] } };
    const answer = await answerTo({ valid: true, user_id: '7', claims }, rules('uint64', 'orgs', 'roles', 'missing'));
    expect(answer).toEqual({ kind: 'valid', identity: { user: '7', claims: new Map([['orgs', ['7', '8']]]) } });
  });

  test('end with the token: one that expired longer ago than clocks differ is invalid, whatever the service says', async () => {
    const now = Math.floor(Date.now() / 1000);
    const until = async (expires_at: number): Promise<TokenAnswer> =>
      answerTo({ valid: true, user_id: '7', expires_at: String(expires_at) }, rules('uint64'));
    expect(await until(now + 60)).toEqual({
      kind: 'valid',
      identity: { user: '7', expiresAt: (now + 60) * 1000 },
    });
    expect(await until(now - 20)).toMatchObject({ kind: 'valid' });
    expect(await until(now - 40)).toMatchObject({ kind: 'invalid' });
    expect(await until(0)).toEqual(user('7'));
  });
});

describe('a claim', () => {
  test.each([
    ['admin', ['admin']],
    [
      ['admin', 'staff', 'admin'],
      ['admin', 'staff'],
    ],
    [7, ['7']],
    [true, ['true']],
    ['', ['']],
    [
      [1, 'a', null],
      ['1', 'a'],
    ],
    [null, undefined],
    [[], undefined],
    [undefined, undefined],
  ])('%j is the list %j', (value, list) => {
    expect(readClaims(['roles'], () => value).claims?.get('roles')).toEqual(list);
  });

  test.each([[{ admin: true }], [[{ role: 'admin' }, 'staff']], [[['admin']]]])(
    'that holds %j is left out as far as it is no text, and reported',
    (value) => {
      const { claims, skipped } = readClaims(['roles'], () => value);
      expect(claims?.get('roles') ?? []).not.toContain('admin');
      expect(skipped).toEqual(['roles']);
    },
  );

  test.each([['__proto__'], ['constructor'], ['toString']])('called %s is read like any other', (claim) => {
    expect(readClaims([claim], () => 'x').claims).toEqual(new Map([[claim, ['x']]]));
  });
});
