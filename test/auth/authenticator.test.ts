import { describe, expect, test, vi } from 'vitest';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import type { AuthEvents, AuthOutcome } from '../../src/auth/auth-trace.ts';
import { rejection } from '../../src/auth/rejection.ts';
import type { TokenVerifier } from '../../src/auth/token-verifier.ts';
import type { CallOutcome } from '../../src/auth/call-queue.ts';
import { noting } from './checker.ts';

/** An authenticator to whom this is always said of a token. */
function stage(outcome: CallOutcome, anonymousAllowed = false) {
  const verify = vi.fn<TokenVerifier['verify']>(async () => ({ outcome, askedAt: 5 }));
  const ended = vi.fn<(outcome: AuthOutcome) => void>();
  const started = vi.fn<AuthEvents['started']>(() => ({ ...noting(), ended }));
  return {
    ...createAuthenticator({ verifier: { verify }, events: { started }, anonymousAllowed }),
    verify,
    started,
    ended,
  };
}

const NETWORK = '192.0.2.1';
const CLIENT = { token: 'token', network: NETWORK };
const VALID: CallOutcome = { kind: 'valid', user: '7' };

describe('who brings a token', () => {
  test.each<[string, CallOutcome, AuthOutcome]>([
    ['is let in as its user', VALID, { kind: 'accepted', identity: { user: '7' }, proof: { ...CLIENT, askedAt: 5 } }],
    [
      'is refused where it is not valid',
      { kind: 'invalid' },
      { kind: 'rejected', rejection: rejection('token-invalid') },
    ],
    [
      'is refused where it is valid and of no user',
      { kind: 'no-user-id' },
      { kind: 'rejected', rejection: rejection('no-user-id') },
    ],
    [
      'may come again where nobody can tell',
      { kind: 'unavailable', cause: 'UNAVAILABLE' },
      { kind: 'rejected', rejection: rejection('auth-unavailable'), cause: 'UNAVAILABLE' },
    ],
    [
      'may come again where too many came at once',
      { kind: 'busy' },
      { kind: 'rejected', rejection: rejection('auth-busy') },
    ],
  ])('%s', async (_, answer, outcome) => {
    const { identify, verify, started, ended } = stage(answer);
    expect(await identify('token', NETWORK)).toEqual(outcome);
    expect(verify).toHaveBeenCalledExactlyOnceWith(CLIENT, -Infinity, expect.anything());
    expect(started).toHaveBeenCalledExactlyOnceWith('authenticate');
    expect(ended).toHaveBeenCalledExactlyOnceWith(outcome);
  });

  test('is asked about anew while in, and only what is answered from then on counts', async () => {
    const { revalidate, verify, started, ended } = stage({ kind: 'invalid' });
    expect(await revalidate(CLIENT, 1234)).toEqual({ kind: 'rejected', rejection: rejection('token-invalid') });
    expect(verify).toHaveBeenCalledExactlyOnceWith(CLIENT, 1234, expect.anything());
    expect(started).toHaveBeenCalledExactlyOnceWith('revalidate');
    expect(ended).toHaveBeenCalledOnce();
  });

  test('that cannot be one is refused without a question', async () => {
    const { identify, verify } = stage(VALID, true);
    const malformed = rejection('token-malformed');
    expect(await identify(malformed, NETWORK)).toEqual({ kind: 'rejected', rejection: malformed });
    expect(verify).not.toHaveBeenCalled();
  });
});

describe('who brings none', () => {
  test('is refused where one is required', async () => {
    const { identify, verify } = stage(VALID);
    expect(await identify(undefined, NETWORK)).toEqual({ kind: 'rejected', rejection: rejection('token-missing') });
    expect(verify).not.toHaveBeenCalled();
  });

  test('is let in as nobody where none is required, the auth service up or down', async () => {
    const { identify } = stage({ kind: 'unavailable', cause: 'UNAVAILABLE' }, true);
    for (let i = 0; i < 5; i += 1) await identify('token', NETWORK);
    expect(await identify(undefined, NETWORK)).toEqual({ kind: 'accepted', identity: {} });
  });
});
