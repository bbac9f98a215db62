import { createGapWatch, type GapEvents, type Loss } from './gap.ts';

/** A connection that can hear channels. It forgets its subscriptions whenever it is lost. */
export interface Subscriber {
  subscribe(channels: readonly string[]): Promise<void>;
  unsubscribe(channels: readonly string[]): Promise<void>;
}

/** How the connection tells what happens to it. */
export interface SubscriberListener {
  connected(subscriber: Subscriber): void;
  lost(loss: Loss): void;
  message(channel: string, raw: Buffer): void;
}

export interface SubscriptionEvents extends GapEvents {
  subscribed(channels: number): void;
  subscribeFailed(error: unknown): void;
}

export type SubscriptionState = 'disconnected' | 'subscribing' | 'subscribed';

export interface Subscriptions extends SubscriberListener {
  state(): SubscriptionState;
  /**
   * Hears exactly these channels from now on, and at each later connection. Resolves once Redis has agreed, at once
   * while there is no connection; rejects, with the channels as they were, where Redis refuses.
   */
  subscribeTo(channels: readonly string[]): Promise<void>;
  stop(): void;
}

/** Channels in one command: keeps it, and Redis's answer to it, small. */
const BATCH = 500;
const RETRY_MS = 1000;

/**
 * Keeps the subscription equal to the plan's channels. Every connection starts from nothing and is subscribed by us, not
 * by the Redis client behind our back: "connected but not subscribed" is then a state that health can see.
 */
export function createSubscriptions(dispatch: Subscriptions['message'], events: SubscriptionEvents): Subscriptions {
  let wanted: ReadonlySet<string> = new Set();
  let current: Subscription | undefined;
  let retry: NodeJS.Timeout | undefined;
  let complete = false;
  const gaps = createGapWatch(events);

  async function subscribeAll(subscription: Subscription): Promise<void> {
    try {
      await subscription.align(wanted);
      if (current !== subscription) return;
      complete = true;
      events.subscribed(wanted.size);
      gaps.allReceived();
    } catch (error) {
      if (current !== subscription) return;
      events.subscribeFailed(error);
      retry = setTimeout(() => void subscribeAll(subscription), RETRY_MS);
    }
  }

  function forget(): void {
    clearTimeout(retry);
    current = undefined;
    complete = false;
  }

  return {
    connected(subscriber) {
      forget();
      current = createSubscription(subscriber);
      void subscribeAll(current);
    },
    lost(loss) {
      const wasComplete = complete;
      forget();
      if (wasComplete) gaps.lost(loss);
    },
    message: dispatch,
    state() {
      if (current === undefined) return 'disconnected';
      return complete ? 'subscribed' : 'subscribing';
    },
    async subscribeTo(channels) {
      const before = wanted;
      wanted = new Set(channels);
      const subscription = current;
      try {
        await subscription?.align(wanted);
      } catch (error) {
        // A connection that was lost meanwhile refused nothing: the next one will be asked.
        if (current !== subscription) return;
        wanted = before;
        throw error;
      }
    },
    stop: forget,
  };
}

/** What one connection hears. */
interface Subscription {
  /** Subscribes first, then unsubscribes: what is wanted before and after is heard throughout. */
  align(wanted: ReadonlySet<string>): Promise<void>;
}

function createSubscription(subscriber: Subscriber): Subscription {
  const heard = new Set<string>();
  let last: Promise<void> = Promise.resolve();

  async function run(wanted: ReadonlySet<string>): Promise<void> {
    for (const channels of batches([...wanted].filter((channel) => !heard.has(channel)))) {
      await subscriber.subscribe(channels);
      for (const channel of channels) heard.add(channel);
    }
    for (const channels of batches([...heard].filter((channel) => !wanted.has(channel)))) {
      await subscriber.unsubscribe(channels);
      for (const channel of channels) heard.delete(channel);
    }
  }

  return {
    // One after another: two at once would undo each other's work.
    align(wanted) {
      const turn = (): Promise<void> => run(wanted);
      last = last.then(turn, turn);
      return last;
    },
  };
}

function* batches(channels: readonly string[]): Generator<readonly string[]> {
  for (let i = 0; i < channels.length; i += BATCH) yield channels.slice(i, i + BATCH);
}
