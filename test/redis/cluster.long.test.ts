import { describe, expect, test } from 'vitest';
import { untilReady } from '../support/gateway.ts';
import { SLACK_MS } from '../support/slack.ts';
import { startClusterSet, type ClusterSet } from './cluster-set.ts';
import { documentedRights, documentedRule } from './documented-rights.ts';
import { gapsOf, stageRedis } from './stage.ts';

function urlOf({ nodes }: ClusterSet): string {
  return `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join()}`;
}

async function stage() {
  const set = await startClusterSet();
  const staged = await stageRedis({ REDIS_URL: urlOf(set) });
  const { node, others } = await set.subscribedNode();
  const [other] = others;
  if (other === undefined) throw new Error('a cluster has several nodes');
  return { ...staged, set, node, other, others };
}

describe('a cluster', { timeout: 90_000 }, () => {
  test('needs one right more than a single server', async () => {
    const set = await startClusterSet();
    const rights = [...documentedRule('secret'), ...documentedRights('a cluster')];
    for (const { admin } of set.nodes) await admin.call('ACL', 'SETUSER', ...rights);
    const { untilReceived } = await stageRedis({ REDIS_URL: urlOf(set).replace('//', '//gateway:secret@') });
    for (const { publish, admin } of set.nodes) {
      await untilReceived(publish);
      expect(await admin.call('ACL', 'LOG')).toEqual([]);
    }
  });
  test('delivers to the gateway at one node what is published at any node', async () => {
    const { set, gateway, untilReceived } = await stage();
    for (const { publish } of set.nodes) await untilReceived(publish);
    expect(await gateway.metric('gateway_redis_probed')).toBe(1);
    expect(await gapsOf(gateway)).toBe(0);
  });

  test('whose node dies is subscribed at another node', async () => {
    const { node, other, gateway, nextGap, untilReceived, set } = await stage();
    const died = Date.now();
    await node.stop();
    const gap = await nextGap();
    expect(gap.reason).toBe('connection-lost');
    expect(Date.now() - died).toBeLessThan(3000 + SLACK_MS);
    await untilReceived(other.publish);
    expect((await gateway.get('/health/ready')).status).toBe(200);
    expect(set.nodes).toContain(node);
  });

  test('whose node hangs is subscribed at another node', async () => {
    const { node, other, nextGap, untilReceived } = await stage();
    const hung = Date.now();
    node.hang();
    expect((await nextGap()).reason).toBe('no-answer');
    expect(Date.now() - hung).toBeLessThan(10_000 + SLACK_MS);
    await untilReceived(other.publish);
    node.resume();
  });

  test('whose node is cut off from the others, and still answers, is subscribed at another node', async () => {
    const { node, others, other, gateway, nextGap, untilReceived } = await stage();
    const cut = Date.now();
    const idOf = async ({ admin }: typeof node): Promise<string> => String(await admin.call('CLUSTER', 'MYID'));
    for (const one of others) {
      await one.admin.call('CLUSTER', 'FORGET', await idOf(node));
      await node.admin.call('CLUSTER', 'FORGET', await idOf(one));
    }
    await untilReady(gateway, 503);
    expect(Date.now() - cut).toBeLessThan(4000 + SLACK_MS);
    const gap = await nextGap();
    expect(gap.reason).toBe('starved');
    expect(gap.from).toBeLessThanOrEqual(cut + 500);
    await untilReceived(other.publish);
  });
});
