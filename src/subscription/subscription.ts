import { createSerial } from '../flow/serial.ts';
import { createGapWatch, type GapEvents, type Loss } from './gap.ts';

/** A connection that can subscribe to channels. Its subscriptions end with it. */
export interface Subscriber {
  subscribe(channels: readonly string[]): Promise<void>;
  unsubscribe(channels: readonly string[]): Promise<void>;
}

/** Receives the events of the connection to Redis. */
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
   * Subscribes to exactly these channels, now and on each later connection. Resolves once Redis has confirmed, or
   * immediately while there is no connection. Rejects where Redis refuses, and keeps the channels as they were.
   */
  subscribeTo(channels: readonly string[]): Promise<void>;
  stop(): void;
}

/** Channels of one command: bounds the command and the reply. */
const BATCH = 500;
const RETRY_MS = 1000;

/**
 * Keeps the subscriptions equal to the channels of the plan. Each connection starts without subscriptions; the gateway
 * subscribes it, and not the Redis client by itself: so /health can report "connected but not subscribed".
 *
 * @param message called for each message of a subscribed channel.
 */
export function createSubscriptions(message: Subscriptions['message'], events: SubscriptionEvents): Subscriptions {
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
      gaps.subscribed();
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
    message,
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
        // A connection that was lost during the command refused nothing; the next one gets the new channels.
        if (current !== subscription) return;
        wanted = before;
        throw error;
      }
    },
    stop: forget,
  };
}

/** The subscriptions of one connection. */
interface Subscription {
  /** Subscribes first, then unsubscribes: channels that are wanted before and after have no interruption. */
  align(wanted: ReadonlySet<string>): Promise<void>;
}

function createSubscription(subscriber: Subscriber): Subscription {
  const subscribed = new Set<string>();
  const serial = createSerial();

  async function run(wanted: ReadonlySet<string>): Promise<void> {
    for (const channels of batches([...wanted].filter((channel) => !subscribed.has(channel)))) {
      await subscriber.subscribe(channels);
      for (const channel of channels) subscribed.add(channel);
    }
    for (const channels of batches([...subscribed].filter((channel) => !wanted.has(channel)))) {
      await subscriber.unsubscribe(channels);
      for (const channel of channels) subscribed.delete(channel);
    }
  }

  return {
    // One after the other: two at the same time would undo each other's work.
    align: (wanted) => serial(() => run(wanted)),
  };
}

function* batches(channels: readonly string[]): Generator<readonly string[]> {
  for (let i = 0; i < channels.length; i += BATCH) yield channels.slice(i, i + BATCH);
}
