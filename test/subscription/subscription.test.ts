import { describe, expect, test } from 'vitest';
import type { Gap, Loss } from '../../src/subscription/gap.ts';
import { createSubscriptions, type Subscriptions, type Subscriber } from '../../src/subscription/subscription.ts';

/** A connection whose replies the test decides. */
function createConnection(refuse: (channel: string) => boolean = () => false) {
  const subscribed = new Set<string>();
  const commands: string[] = [];
  const subscriber: Subscriber = {
    async subscribe(channels) {
      commands.push(`+${channels.join()}`);
      if (channels.some(refuse)) throw new Error('NOPERM');
      for (const channel of channels) subscribed.add(channel);
    },
    async unsubscribe(channels) {
      commands.push(`-${channels.join()}`);
      for (const channel of channels) subscribed.delete(channel);
    },
  };
  return { subscriber, subscribed, commands };
}

function recordEvents() {
  const events: string[] = [];
  const source = createSubscriptions(() => undefined, {
    subscribed: (channels) => events.push(`subscribed ${channels}`),
    subscribeFailed: (error) => events.push(`failed ${String(error)}`),
    lost: ({ detail }) => events.push(`lost ${detail}`),
    gapEnded: ({ reason }) => events.push(`gap ${reason}`),
  });
  return { source, events };
}

const LOSS: Loss = { reason: 'connection-lost', detail: 'cut', receivedUntil: new Date() };

const settled = async (source: Subscriptions): Promise<void> => {
  await expect.poll(() => source.state()).toBe('subscribed');
};

describe('the subscriptions', () => {
  test('are made on each connection, which starts without any', async () => {
    const { source, events } = recordEvents();
    await source.subscribeTo(['a', 'b']);
    expect(source.state()).toBe('disconnected');
    for (const connection of [createConnection(), createConnection()]) {
      source.connected(connection.subscriber);
      expect(source.state()).toBe('subscribing');
      await settled(source);
      expect([...connection.subscribed]).toEqual(['a', 'b']);
      source.lost(LOSS);
      expect(source.state()).toBe('disconnected');
    }
    expect(events).toEqual(['subscribed 2', 'lost cut', 'subscribed 2', 'gap connection-lost', 'lost cut']);
  });

  test('are complete only when every batch is confirmed', async () => {
    const { source } = recordEvents();
    const channels = Array.from({ length: 1201 }, (_, number) => `c${number}`);
    await source.subscribeTo(channels);
    const { subscriber, subscribed, commands } = createConnection();
    source.connected(subscriber);
    await settled(source);
    expect([...subscribed]).toEqual(channels);
    expect(commands).toHaveLength(3);
  });

  test('change without a gap: new channels are subscribed before old ones are unsubscribed', async () => {
    const { source } = recordEvents();
    await source.subscribeTo(['a', 'b']);
    const { subscriber, subscribed, commands } = createConnection();
    source.connected(subscriber);
    await settled(source);
    await source.subscribeTo(['b', 'c']);
    expect([...subscribed]).toEqual(['b', 'c']);
    expect(commands).toEqual(['+a,b', '+c', '-a']);
  });

  test('stay as they were where Redis refuses new channels, and the call rejects', async () => {
    const { source } = recordEvents();
    await source.subscribeTo(['a']);
    const { subscriber, subscribed } = createConnection((channel) => channel === 'secret');
    source.connected(subscriber);
    await settled(source);
    await expect(source.subscribeTo(['a', 'secret'])).rejects.toThrow('NOPERM');
    expect([...subscribed]).toEqual(['a']);
    const next = createConnection();
    source.lost(LOSS);
    source.connected(next.subscriber);
    await settled(source);
    expect([...next.subscribed]).toEqual(['a']);
  });

  test('are retried where Redis refuses the first ones', async () => {
    const { source, events } = recordEvents();
    await source.subscribeTo(['a']);
    let allowed = false;
    const { subscriber } = createConnection(() => !allowed);
    source.connected(subscriber);
    await expect.poll(() => events).toEqual(['failed Error: NOPERM']);
    expect(source.state()).toBe('subscribing');
    allowed = true;
    await expect.poll(() => source.state(), { timeout: 5000 }).toBe('subscribed');
  });

  test('equal those of the last of two simultaneous calls', async () => {
    const { source } = recordEvents();
    await source.subscribeTo(['a', 'b']);
    const { subscriber, subscribed } = createConnection();
    source.connected(subscriber);
    await Promise.all([source.subscribeTo(['b', 'c']), source.subscribeTo(['d'])]);
    await settled(source);
    expect([...subscribed]).toEqual(['d']);
  });

  test('report one gap, from the first loss on, however many connections it takes', async () => {
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

  test('report no loss of a connection that was never complete', () => {
    const { source, events } = recordEvents();
    source.lost(LOSS);
    source.lost(LOSS);
    expect(events).toEqual([]);
  });
});
