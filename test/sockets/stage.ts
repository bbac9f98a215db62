import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import type { SampleAuthService } from '../../src/auth/sample-service.ts';
import { startAuth, TOKENS, USERS } from '../support/auth-service.ts';
import { createClient } from '../support/client.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';
import { runGateway, type RunningGateway } from './running-gateway.ts';

/** A gateway with two users on it who mind their own business, one on each transport. */
export interface SocketStage {
  readonly gateway: RunningGateway;
  readonly redis: RedisServer;
  readonly auth: SampleAuthService;
  /** The process lives, and the bystanders have received their own events and nothing else. */
  allIsWell(): Promise<void>;
}

type Stop = () => void | Promise<void>;

export const ROUTES_FILE = fileURLToPath(new URL('./fixture/config/routes.yaml', import.meta.url));
const BYSTANDERS = [
  { token: TOKENS.bob, user: USERS.bob, transport: 'websocket' },
  { token: TOKENS.carol, user: USERS.carol, transport: 'polling' },
] as const;

/** One stage for all tests of a file. */
export function useStage(environment: Record<string, string> = {}, path?: string): () => SocketStage {
  const stops: Stop[] = [];
  let stage: SocketStage | undefined;
  beforeAll(async () => {
    stage = await stageSockets(environment, (stop) => stops.push(stop), undefined, path);
  });
  afterAll(async () => {
    // Each, also where one finds something to complain about.
    const errors: unknown[] = [];
    for (const stop of stops.toReversed())
      try {
        await stop();
      } catch (error) {
        errors.push(error);
      }
    if (errors.length > 0) throw errors[0];
  });
  return () => {
    if (stage === undefined) throw new Error('the stage is not built yet');
    return stage;
  };
}

/** @param finished called with what is to be stopped in the end, in the order in which it was started. */
export async function stageSockets(
  environment: Record<string, string> = {},
  finished: (stop: Stop) => void = onTestFinished,
  openFiles?: number,
  path?: string,
): Promise<SocketStage> {
  const [redis, auth] = await Promise.all([startRedis({ finished }), startAuth(finished)]);
  const settings = { REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, ROUTES_FILE };
  const gateway = await runGateway({ ...settings, ...environment }, finished, openFiles);
  const hear = await Promise.all(BYSTANDERS.map((who) => standBy({ url: gateway.url, path }, who, redis, finished)));
  return {
    gateway,
    redis,
    auth,
    async allIsWell() {
      await Promise.all(hear.map((one) => one()));
      expect(gateway.death()).toBeNull();
    },
  };
}

/** @returns what publishes a notice for this user; it resolves once that has come, and nothing else. */
async function standBy(
  { url, path }: { url: string; path: string | undefined },
  { token, user, transport }: (typeof BYSTANDERS)[number],
  redis: RedisServer,
  finished: (stop: Stop) => void,
): Promise<() => Promise<void>> {
  const options = {
    auth: { token },
    transports: [transport],
    reconnection: false,
    ...(path !== undefined && { path }),
  };
  const { next, received } = createClient(url, options, finished);
  await next('connected');
  const cutOff = next('disconnect').then(([reason]) => {
    throw new Error(`the bystander who uses ${transport} lost its connection: ${String(reason)}`);
  });
  // When all is over it may.
  cutOff.catch(() => undefined);
  return async () => {
    await redis.publish('notices', { to: user, text: 'for you' });
    expect(await Promise.race([next('notice'), cutOff])).toEqual([{ to: user, text: 'for you' }]);
    expect(received.splice(0)).toEqual([{ event: 'notice', args: [{ to: user, text: 'for you' }] }]);
  };
}
