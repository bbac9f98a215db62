import { describe, expect, test, vi } from 'vitest';
import {
  createAuthenticator,
  type AuthenticatorOptions,
  type AuthOutcome,
  type TokenAnswer,
  type TokenChecker,
} from '../../src/auth/authenticator.ts';
import { createBreaker } from '../../src/auth/breaker.ts';
import { rejection } from '../../src/auth/rejection.ts';

/** An authenticator whose service always says this. */
function stage(answer: TokenAnswer, options: Partial<AuthenticatorOptions> = {}) {
  const check = vi.fn<TokenChecker['check']>(async () => answer);
  const ended = vi.fn<(outcome: AuthOutcome) => void>();
  const { identify } = createAuthenticator({
    checker: { check },
    breaker: createBreaker(() => 0),
    events: { started: () => ({ callStarted: () => ({ headers: {}, ended: () => undefined }), ended }) },
    anonymousAllowed: false,
    ...options,
  });
  return { identify, check, ended };
}

const VALID: TokenAnswer = { kind: 'valid', user: '7' };
const UNAVAILABLE: TokenAnswer = { kind: 'unavailable', cause: 'UNAVAILABLE' };

describe('who brings a token', () => {
  test.each<[string, TokenAnswer, AuthOutcome]>([
    ['is let in as its user', VALID, { kind: 'accepted', identity: { user: '7' } }],
    [
      'is refused where it is not valid',
      { kind: 'invalid' },
      { kind: 'rejected', rejection: rejection('token-invalid') },
    ],
    [
      'may come again where nobody can tell',
      UNAVAILABLE,
      { kind: 'rejected', rejection: rejection('auth-unavailable'), cause: 'UNAVAILABLE' },
    ],
  ])('%s', async (_, answer, outcome) => {
    const { identify, check, ended } = stage(answer);
    expect(await identify('token')).toEqual(outcome);
    expect(check).toHaveBeenCalledExactlyOnceWith('token', expect.anything());
    expect(ended).toHaveBeenCalledExactlyOnceWith(outcome);
  });

  test('is asked about no more while the breaker is open', async () => {
    const { identify, check } = stage(UNAVAILABLE, { anonymousAllowed: true });
    for (let i = 0; i < 20; i += 1)
      expect(await identify('token')).toMatchObject({
        kind: 'rejected',
        rejection: { code: 'auth-unavailable', retry: true },
      });
    expect(check).toHaveBeenCalledTimes(5);
  });

  test('that is not valid does not open the breaker', async () => {
    const { identify, check } = stage({ kind: 'invalid' });
    for (let i = 0; i < 20; i += 1) await identify('token');
    expect(check).toHaveBeenCalledTimes(20);
  });

  test('that cannot be one is refused without a question', async () => {
    const { identify, check } = stage(VALID, { anonymousAllowed: true });
    const malformed = rejection('token-malformed');
    expect(await identify(malformed)).toEqual({ kind: 'rejected', rejection: malformed });
    expect(check).not.toHaveBeenCalled();
  });
});

describe('who brings none', () => {
  test('is refused where one is required', async () => {
    const { identify, check } = stage(VALID);
    expect(await identify(undefined)).toEqual({ kind: 'rejected', rejection: rejection('token-missing') });
    expect(check).not.toHaveBeenCalled();
  });

  test('is let in as nobody where none is required, the auth service up or down', async () => {
    const { identify } = stage(UNAVAILABLE, { anonymousAllowed: true });
    for (let i = 0; i < 5; i += 1) await identify('token');
    expect(await identify(undefined)).toEqual({ kind: 'accepted', identity: {} });
  });
});
