import { describe, expect, test } from 'vitest';
import type { Gap, Loss } from '../../src/subscription/gap.ts';
import { createSubscriptions, type Subscriptions, type Subscriber } from '../../src/subscription/subscription.ts';

/** A connection whose answers the test gives, which a real Redis would give when it likes. */
function createConnection(refuse: (channel: string) => boolean = () => false) {
  const heard = new Set<string>();
  const commands: string[] = [];
  const subscriber: Subscriber = {
    async subscribe(channels) {
      commands.push(`+${channels.join()}`);
      if (channels.some(refuse)) throw new Error('NOPERM');
      for (const channel of channels) heard.add(channel);
    },
    async unsubscribe(channels) {
      commands.push(`-${channels.join()}`);
      for (const channel of channels) heard.delete(channel);
    },
  };
  return { subscriber, heard, commands };
}

function createTold() {
  const told: string[] = [];
  const source = createSubscriptions(() => undefined, {
    subscribed: (channels) => told.push(`subscribed ${channels}`),
    subscribeFailed: (error) => told.push(`failed ${String(error)}`),
    lost: ({ detail }) => told.push(`lost ${detail}`),
    gapEnded: ({ reason }) => told.push(`gap ${reason}`),
  });
  return { source, told };
}

const LOSS: Loss = { reason: 'connection-lost', detail: 'cut', receivedUntil: new Date() };

const settled = async (source: Subscriptions): Promise<void> => {
  await expect.poll(() => source.state()).toBe('subscribed');
};

describe('a source', () => {
  test('subscribes to everything at each connection, which starts from nothing', async () => {
    const { source, told } = createTold();
    await source.subscribeTo(['a', 'b']);
    expect(source.state()).toBe('disconnected');
    for (const connection of [createConnection(), createConnection()]) {
      source.connected(connection.subscriber);
      expect(source.state()).toBe('subscribing');
      await settled(source);
      expect([...connection.heard]).toEqual(['a', 'b']);
      source.lost(LOSS);
      expect(source.state()).toBe('disconnected');
    }
    expect(told).toEqual(['subscribed 2', 'lost cut', 'subscribed 2', 'gap connection-lost', 'lost cut']);
  });

  test('is subscribed only when every batch is', async () => {
    const { source } = createTold();
    const channels = Array.from({ length: 1201 }, (_, number) => `c${number}`);
    await source.subscribeTo(channels);
    const { subscriber, heard, commands } = createConnection();
    source.connected(subscriber);
    await settled(source);
    expect([...heard]).toEqual(channels);
    expect(commands).toHaveLength(3);
  });

  test('changes channels without a gap: the new ones first, the old ones after', async () => {
    const { source } = createTold();
    await source.subscribeTo(['a', 'b']);
    const { subscriber, heard, commands } = createConnection();
    source.connected(subscriber);
    await settled(source);
    await source.subscribeTo(['b', 'c']);
    expect([...heard]).toEqual(['b', 'c']);
    expect(commands).toEqual(['+a,b', '+c', '-a']);
  });

  test('keeps its channels where Redis refuses new ones, and says so', async () => {
    const { source } = createTold();
    await source.subscribeTo(['a']);
    const { subscriber, heard } = createConnection((channel) => channel === 'secret');
    source.connected(subscriber);
    await settled(source);
    await expect(source.subscribeTo(['a', 'secret'])).rejects.toThrow('NOPERM');
    expect([...heard]).toEqual(['a']);
    const next = createConnection();
    source.lost(LOSS);
    source.connected(next.subscriber);
    await settled(source);
    expect([...next.heard]).toEqual(['a']);
  });

  test('tries again where the first subscription is refused', async () => {
    const { source, told } = createTold();
    await source.subscribeTo(['a']);
    let allowed = false;
    const { subscriber } = createConnection(() => !allowed);
    source.connected(subscriber);
    await expect.poll(() => told).toEqual(['failed Error: NOPERM']);
    expect(source.state()).toBe('subscribing');
    allowed = true;
    await expect.poll(() => source.state(), { timeout: 5000 }).toBe('subscribed');
  });

  test('ends with the last wish where two come at once', async () => {
    const { source } = createTold();
    await source.subscribeTo(['a', 'b']);
    const { subscriber, heard } = createConnection();
    source.connected(subscriber);
    await Promise.all([source.subscribeTo(['b', 'c']), source.subscribeTo(['d'])]);
    await settled(source);
    expect([...heard]).toEqual(['d']);
  });

  test('tells one gap, from the first loss on, however many connections it takes', async () => {
    const gaps: Gap[] = [];
    const nothing = (): void => undefined;
    const source = createSubscriptions(nothing, {
      subscribed: nothing,
      subscribeFailed: nothing,
      lost: nothing,
      gapEnded: (gap) => void gaps.push(gap),
    });
    await source.subscribeTo(['a']);
    source.connected(createConnection().subscriber);
    await settled(source);
    const receivedUntil = new Date(Date.now() + 60_000);
    source.lost({ reason: 'no-answer', detail: 'silence', receivedUntil });
    source.connected(createConnection(() => true).subscriber);
    await expect.poll(() => source.state()).toBe('subscribing');
    source.lost(LOSS);
    source.connected(createConnection().subscriber);
    await settled(source);
    expect(gaps).toMatchObject([{ from: receivedUntil, reason: 'no-answer' }]);
  });

  test('says nothing of a connection that never was', () => {
    const { source, told } = createTold();
    source.lost(LOSS);
    source.lost(LOSS);
    expect(told).toEqual([]);
  });
});
