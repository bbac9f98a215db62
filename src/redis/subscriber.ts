import { Redis } from 'ioredis';
import type { RedisAddress } from '../config/variable-types.ts';
import type { GapReason } from '../source/gap.ts';
import type { Subscriber, SubscriberListener } from '../source/subscription.ts';
import { addressOptions } from './address.ts';
import { createHeartbeat } from './heartbeat.ts';

export interface RedisEvents {
  /** An attempt to connect failed; the next one follows by itself. */
  connectFailed(error: Error): void;
}

export interface RedisConnection {
  /** Begins to connect; does not wait. */
  open(): void;
  close(): void;
}

/** Longest pause between two attempts to connect, in milliseconds: Redis is back within seconds of its return. */
const LONGEST_PAUSE = 2000;
const CONNECT_TIMEOUT = 5000;
/** An answer later than this counts as none. */
const ANSWER_TIMEOUT = 2000;

/** Connects, and keeps connecting, until closed. */
export function connectSubscriber(
  address: RedisAddress,
  listener: SubscriberListener,
  events: RedisEvents,
): RedisConnection {
  const redis = new Redis(optionsFor(address));
  const subscriber: Subscriber = {
    subscribe: async (channels) => void (await redis.subscribe(...channels)),
    unsubscribe: async (channels) => void (await redis.unsubscribe(...channels)),
  };
  let reason: GapReason = 'connection-lost';
  let lastError = 'the connection was closed';
  redis.on('ready', () => listener.connected(subscriber));
  redis.on('close', () => {
    listener.lost({ reason, detail: lastError, heardUntil: heartbeat.last() });
    reason = 'connection-lost';
  });
  redis.on('error', (error: Error) => {
    lastError = error.message;
    events.connectFailed(error);
  });
  redis.on('messageBuffer', (channel: Buffer, raw: Buffer) => listener.message(channel.toString(), raw));

  const heartbeat = createHeartbeat(redis, () => {
    reason = 'no-answer';
    lastError = 'no answer to PING';
    redis.disconnect(true);
  });
  return {
    open() {
      heartbeat.start();
      // A first attempt that fails is told by the error event and followed by the next like any other.
      redis.connect().catch((error: Error) => (lastError = error.message));
    },
    close() {
      heartbeat.stop();
      redis.disconnect();
    },
  };
}

function optionsFor(address: RedisAddress) {
  return {
    ...addressOptions(address),
    lazyConnect: true,
    connectionName: 'websocket-gateway',
    disableClientInfo: true,
    connectTimeout: CONNECT_TIMEOUT,
    commandTimeout: ANSWER_TIMEOUT,
    retryStrategy: pauseBefore,
    maxRetriesPerRequest: null,
    // The source subscribes at each connection itself: ioredis would do it without telling how it ended.
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
  };
}

/** Before the next attempt to connect, in milliseconds. */
export function pauseBefore(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_PAUSE) * (0.75 + Math.random() / 2);
}
