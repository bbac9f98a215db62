import { describe, expect, test, vi } from 'vitest';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import type { AuthEvents, AuthOutcome } from '../../src/auth/auth-trace.ts';
import { rejection } from '../../src/auth/rejection.ts';
import type { TokenVerifier } from '../../src/auth/token-verifier.ts';
import type { CallOutcome } from '../../src/auth/call-queue.ts';
import { recordingTrace } from './checker.ts';

/** An authenticator whose tokens all have this outcome. */
function stage(outcome: CallOutcome, anonymousAllowed = false) {
  const verify = vi.fn<TokenVerifier['verify']>(async () => ({ outcome, askedAt: 5, method: undefined }));
  const ended = vi.fn<(outcome: AuthOutcome) => void>();
  const started = vi.fn<AuthEvents['started']>(() => ({ ...recordingTrace(), ended }));
  return {
    ...createAuthenticator({ verifier: { verify }, events: { started }, anonymousAllowed }),
    verify,
    started,
    ended,
  };
}

const NETWORK = '192.0.2.1';
const CLIENT = { token: 'token', network: NETWORK };
const VALID: CallOutcome = { kind: 'valid', identity: { user: '7' } };

describe('a client with a token', () => {
  test.each<[string, CallOutcome, AuthOutcome]>([
    ['is accepted as its user', VALID, { kind: 'accepted', identity: { user: '7' }, proof: { ...CLIENT, askedAt: 5 } }],
    [
      'is refused if the token is invalid',
      { kind: 'invalid' },
      { kind: 'rejected', rejection: rejection('token-invalid') },
    ],
    [
      'is refused if the token belongs to no user',
      { kind: 'no-user-id' },
      { kind: 'rejected', rejection: rejection('no-user-id') },
    ],
    [
      'may reconnect if the auth service cannot answer',
      { kind: 'unavailable', cause: 'UNAVAILABLE' },
      { kind: 'rejected', rejection: rejection('auth-unavailable'), cause: 'UNAVAILABLE' },
    ],
    [
      'may reconnect if too many clients connect at the same time',
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

  test('is revalidated while connected, and older answers do not count', async () => {
    const { revalidate, verify, started, ended } = stage({ kind: 'invalid' });
    expect(await revalidate(CLIENT, 1234)).toEqual({ kind: 'rejected', rejection: rejection('token-invalid') });
    expect(verify).toHaveBeenCalledExactlyOnceWith(CLIENT, 1234, expect.anything());
    expect(started).toHaveBeenCalledExactlyOnceWith('revalidate');
    expect(ended).toHaveBeenCalledOnce();
  });

  test('that is malformed is refused without a call', async () => {
    const { identify, verify } = stage(VALID, true);
    const malformed = rejection('token-malformed');
    expect(await identify(malformed, NETWORK)).toEqual({ kind: 'rejected', rejection: malformed });
    expect(verify).not.toHaveBeenCalled();
  });
});

describe('a client without a token', () => {
  test('is refused where a token is required', async () => {
    const { identify, verify } = stage(VALID);
    expect(await identify(undefined, NETWORK)).toEqual({ kind: 'rejected', rejection: rejection('token-missing') });
    expect(verify).not.toHaveBeenCalled();
  });

  test('is accepted as anonymous where a token is optional, also while the auth service is down', async () => {
    const { identify } = stage({ kind: 'unavailable', cause: 'UNAVAILABLE' }, true);
    for (let i = 0; i < 5; i += 1) await identify('token', NETWORK);
    expect(await identify(undefined, NETWORK)).toEqual({ kind: 'accepted', identity: {} });
  });
});
