import { describe, expect, onTestFinished, test } from 'vitest';
import { createGrpcChecker } from '../../src/auth/methods/grpc/checker.ts';
import { startAuth, TOKENS, USERS } from '../support/auth-service.ts';
import { freePort } from '../support/ports.ts';
import { SLACK_MS } from '../support/slack.ts';
import { checkerOf, recordingTrace, DEFAULT_RULES } from './checker.ts';
import { startFaultyService, startSilentService, type ValidateToken } from './faulty-service.ts';

describe('a missing answer', () => {
  const DEADLINE = 300;

  test.each([
    ['it is down', async () => `127.0.0.1:${await freePort()}`],
    ['its name is unknown', async () => 'auth.invalid:50051'],
    ['it accepts the connection and sends nothing', async () => (await startSilentService()).address],
    ['it accepts the call and never answers', async () => (await startFaultyService(() => undefined)).address],
    ['it answers too late', async () => (await startFaultyService(later(DEADLINE * 2))).address],
  ])('because %s: the checker waits until the deadline and no longer', async (_, service) => {
    const checker = checkerOf(await service(), DEADLINE);
    const startedAt = performance.now();
    expect(await checker.check('token', recordingTrace())).toMatchObject({ kind: 'unavailable' });
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE + SLACK_MS);
  });

  test('is waited for two seconds by default', async () => {
    const { address } = await startFaultyService(() => undefined);
    const checker = createGrpcChecker({ identity: DEFAULT_RULES, address });
    onTestFinished(() => checker.close());
    const startedAt = performance.now();
    expect(await checker.check('token', recordingTrace())).toEqual({ kind: 'unavailable', cause: 'DEADLINE_EXCEEDED' });
    expect(performance.now() - startedAt).toBeGreaterThan(1900);
    expect(performance.now() - startedAt).toBeLessThan(2000 + SLACK_MS);
  });

  test('does not affect the next call, once the service is back', async () => {
    const port = await freePort();
    const checker = checkerOf(`127.0.0.1:${port}`);
    expect(await checker.check(TOKENS.alice, recordingTrace())).toMatchObject({ kind: 'unavailable' });
    await startAuth(onTestFinished, `127.0.0.1:${port}`);
    while ((await checker.check(TOKENS.alice, recordingTrace())).kind === 'unavailable');
    expect(await checker.check(TOKENS.alice, recordingTrace())).toEqual({
      kind: 'valid',
      identity: { user: USERS.alice },
    });
  });
});

function later(ms: number): ValidateToken {
  return (_, reply) => void setTimeout(() => reply(null, { valid: true, user_id: '7' }), ms);
}
