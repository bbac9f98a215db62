import { expect, onTestFinished } from 'vitest';
import { isObject } from '../../src/schema/json.ts';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, type TestClient } from '../support/client.ts';
import { startGateway, untilReady, type TestGateway } from '../support/gateway.ts';

/** A gateway with two clients, one of which requested notices of gaps. */
export interface RedisStage {
  readonly gateway: TestGateway;
  /** Requested notices. */
  readonly alice: TestClient;
  /** Requested no notices. */
  readonly bob: TestClient;
  /** Publishes until both clients have received it: the gateway is connected to Redis again. */
  untilReceived(publish: Publish): Promise<void>;
  /** Resolves with the next notice of a gap. */
  nextGap(): Promise<GapNotice>;
}

export interface GapNotice {
  readonly from: number;
  readonly to: number;
  readonly routes: readonly unknown[];
  readonly reason: unknown;
}

type Publish = (channel: string, message: object) => Promise<unknown>;

const ROUTES = ['user-status', 'feature-owners', 'notifications'];

/** @param environment at least REDIS_URL. */
export async function stageRedis(environment: Record<string, string>): Promise<RedisStage> {
  const auth = await startAuth();
  const gateway = await startGateway({ AUTH_SERVICE_ADDR: auth.address, ...environment });
  await untilReady(gateway);
  const alice = await connectClient(gateway.url, '', { auth: { token: TOKENS.alice, notices: true } });
  const bob = await connectClient(gateway.url, TOKENS.bob);
  onTestFinished(() => expect(bob.received.filter(({ event }) => event.startsWith('gateway:'))).toEqual([]));
  let published = 0;
  return {
    gateway,
    alice,
    bob,
    async untilReceived(publish) {
      const status = `online ${(published += 1)}`;
      const again = (): void => void publish('user-status', { user_id: 7, status }).catch(() => undefined);
      const publishing = setInterval(again, 50);
      await Promise.all([receives(alice, status), receives(bob, status)]);
      clearInterval(publishing);
    },
    async nextGap() {
      const [notice] = await alice.next('gateway:gap');
      return readGap(notice);
    },
  };
}

async function receives(client: TestClient, status: string): Promise<void> {
  for (;;) {
    const [event] = await client.next('user-status-changed');
    if (isObject(event) && event['status'] === status) return;
  }
}

function readGap(notice: unknown): GapNotice {
  if (!isObject(notice)) throw new TypeError('no notice');
  const { from, to, routes, reason } = notice;
  expect(Object.keys(notice).toSorted()).toEqual(['from', 'reason', 'routes', 'to']);
  expect(routes).toEqual(ROUTES);
  return { from: Date.parse(String(from)), to: Date.parse(String(to)), routes: ROUTES, reason };
}

/** The number of gaps, for all reasons. */
export async function gapsOf({ metrics }: Pick<TestGateway, 'metrics'>): Promise<number> {
  const counts = (await metrics()).matchAll(/^gateway_gaps_total\{.*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}
