import { createClient, type RedisClient } from './client.ts';
import { createHeartbeat } from './heartbeat.ts';
import { answered, NoAnswer } from './patience.ts';
import { sendWatched } from './progress.ts';
import type { RedisEvents } from './subscriber.ts';
import type { RedisTarget } from './topology.ts';

/** A connection for commands that all share. It is made when it is first needed. */
export interface Commands {
  /** Begins to connect. */
  open(): void;
  /**
   * Sends commands. Rejects rather than waits while there is no connection, and where no byte has come from Redis for a
   * while: a long answer on a slow link is waited for.
   */
  ask<T>(act: (redis: RedisClient) => Promise<T>): Promise<T>;
  close(): void;
}

/** Milliseconds without a byte. */
const ANSWER_TIMEOUT = 2000;
const CLOSE_MS = 300;

export function createCommands(target: RedisTarget, events: RedisEvents): Commands {
  const redis = createClient(target, 'websocket-gateway-commands');
  redis.on('error', (error: Error) => events.connectFailed(error));
  async function inTime<T>(act: (redis: RedisClient) => Promise<T>): Promise<T> {
    const { answer, progress, isConnected } = sendWatched(redis, act);
    try {
      return await answered(answer, ANSWER_TIMEOUT, progress);
    } catch (error) {
      // Answers keep their order: none comes on this connection any more.
      if (error instanceof NoAnswer && isConnected() && redis.status === 'ready') await reconnect(redis);
      throw error;
    }
  }
  const pinged = {
    get status() {
      return redis.status;
    },
    ping: () => inTime(() => redis.ping()),
  };
  const heartbeat = createHeartbeat(pinged, () => redis.disconnect(true));
  let opened = false;

  function open(): void {
    if (opened) return;
    opened = true;
    heartbeat.start();
    // A first attempt that fails is told by the error event and followed by the next like any other.
    redis.connect().catch(() => undefined);
  }

  return {
    open,
    async ask(act) {
      open();
      await untilReady(redis);
      return inTime(act);
    },
    close() {
      heartbeat.stop();
      redis.disconnect();
    },
  };
}

/** Resolves once nothing is sent on the old connection any more. */
function reconnect(redis: RedisClient): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      redis.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, CLOSE_MS);
    redis.on('close', done);
    redis.disconnect(true);
  });
}

function untilReady(redis: RedisClient): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      redis.off('ready', done);
      resolve();
    };
    const timer = setTimeout(() => {
      redis.off('ready', done);
      reject(new Error('not connected to Redis'));
    }, ANSWER_TIMEOUT);
    redis.on('ready', done);
  });
}
