import { onTestFinished } from 'vitest';
import { startSampleAuthService, type SampleAuthService } from '../../src/auth/sample-service.ts';

/** Tokens that every test's auth service knows, by user. */
export const TOKENS = {
  alice: '1|alice000000000000000000000000000000000000',
  bob: '2|bob00000000000000000000000000000000000000',
  carol: '3|carol000000000000000000000000000000000000',
  /** A user id beyond 2^53. */
  big: '4|big00000000000000000000000000000000000000',
} as const;

export const USERS = { alice: '7', bob: '8', carol: '9', big: '9007199254740993' } as const;

/** A real gRPC server that knows the four. */
export async function startAuth(
  finished: (stop: () => void) => void = onTestFinished,
  address?: string,
): Promise<SampleAuthService> {
  const users = new Map([
    [TOKENS.alice, USERS.alice],
    [TOKENS.bob, USERS.bob],
    [TOKENS.carol, USERS.carol],
    [TOKENS.big, USERS.big],
  ] as const);
  const service = await startSampleAuthService(users, address);
  finished(() => service.stop());
  return service;
}
