/** A connection that can hear channels. It forgets its subscriptions whenever it is lost. */
export interface Subscriber {
  subscribe(channels: readonly string[]): Promise<void>;
  unsubscribe(channels: readonly string[]): Promise<void>;
}

/** How the connection tells what happens to it. */
export interface SubscriberListener {
  connected(subscriber: Subscriber): void;
  lost(reason: string): void;
  message(channel: string, raw: Buffer): void;
}

export interface SourceEvents {
  subscribed(channels: number): void;
  subscribeFailed(error: unknown): void;
  lost(reason: string): void;
}

export type SourceState = 'disconnected' | 'subscribing' | 'subscribed';

export interface Source extends SubscriberListener {
  state(): SourceState;
  stop(): void;
}

export interface SourceOptions {
  /** The channels to hear; asked anew at each connection. */
  readonly channels: () => readonly string[];
  readonly dispatch: (channel: string, raw: Buffer) => void;
  readonly events: SourceEvents;
}

/** Channels in one SUBSCRIBE: keeps a single command, and Redis's answer to it, small. */
const BATCH = 500;
const RETRY_MS = 1000;

/**
 * Keeps the subscription equal to the plan's channels. Every connection starts from nothing and is subscribed by us, not
 * by the Redis client behind our back: "connected but not subscribed" is then a state that health can see.
 */
export function createSource({ channels, dispatch, events }: SourceOptions): Source {
  let state: SourceState = 'disconnected';
  let current: Subscriber | undefined;
  let retry: NodeJS.Timeout | undefined;

  async function subscribeAll(subscriber: Subscriber): Promise<void> {
    const wanted = channels();
    try {
      for (let i = 0; i < wanted.length; i += BATCH) await subscriber.subscribe(wanted.slice(i, i + BATCH));
      if (current !== subscriber) return;
      state = 'subscribed';
      events.subscribed(wanted.length);
    } catch (error) {
      if (current !== subscriber) return;
      events.subscribeFailed(error);
      retry = setTimeout(() => void subscribeAll(subscriber), RETRY_MS);
    }
  }

  function forget(): void {
    clearTimeout(retry);
    current = undefined;
    state = 'disconnected';
  }

  return {
    connected(subscriber) {
      forget();
      current = subscriber;
      state = 'subscribing';
      void subscribeAll(subscriber);
    },
    lost(reason) {
      const wasUp = state !== 'disconnected';
      forget();
      if (wasUp) events.lost(reason);
    },
    message: dispatch,
    state: () => state,
    stop: forget,
  };
}
