import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createGrpcChecker } from '../../src/auth/methods/grpc/checker.ts';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { SLACK_MS } from '../support/slack.ts';
import { recordingTrace, DEFAULT_RULES } from './checker.ts';
import { startBrokenService } from './faulty-service.ts';

describe('a connection to the auth service that is cut silently', () => {
  test('is replaced within some ten seconds', { timeout: 30_000 }, async () => {
    const auth = await startAuth();
    const link = await startLink(auth.address);
    const checker = createGrpcChecker({ identity: DEFAULT_RULES, address: link.address, deadline: 500 });
    onTestFinished(() => checker.close());
    expect(await checker.check(TOKENS.alice, recordingTrace())).toMatchObject({ kind: 'valid' });

    link.cut();
    const cutAt = performance.now();
    expect(await checker.check(TOKENS.alice, recordingTrace())).toMatchObject({ kind: 'unavailable' });
    while ((await checker.check(TOKENS.alice, recordingTrace())).kind === 'unavailable');
    expect(performance.now() - cutAt).toBeLessThan(10_000 + SLACK_MS);
  });
});

describe('a service that hangs, and forbids keepalive pings as grpc-go does', () => {
  test('gets none, so it does not close the connection for them', { timeout: 30_000 }, async () => {
    let pings = 0;
    const { address } = await startBrokenService((stream) => {
      stream.session?.removeAllListeners('ping').on('ping', () => (pings += 1));
    });
    const checker = createGrpcChecker({ identity: DEFAULT_RULES, address, deadline: 500 });
    onTestFinished(() => checker.close());
    const beganAt = performance.now();
    // Longer than the five seconds after which grpc-js would send one, if configured.
    while (performance.now() - beganAt < 7000)
      expect(await checker.check('token', recordingTrace())).toMatchObject({
        kind: 'unavailable',
        cause: 'DEADLINE_EXCEEDED',
      });
    expect(pings).toBe(0);
  });
});

/** Forwards bytes; after the cut its connections stay open and forward nothing. */
async function startLink(target: string): Promise<{ address: string; cut(): void }> {
  const joined = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.split(':').at(-1)), '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      joined.add(from);
      from.on('error', () => to.destroy());
      from.on('data', (bytes) => joined.has(from) && to.write(bytes));
    }
    onTestFinished(() => void [near, far].map((end) => end.destroy()));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return {
    address: `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    cut: () => joined.clear(),
  };
}
