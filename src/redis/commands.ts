import { createClient, type RedisClient } from './client.ts';
import { createHeartbeat } from './heartbeat.ts';
import type { RedisEvents } from './subscriber.ts';
import type { RedisTarget } from './topology.ts';

/** A connection for commands that all share. It is made when it is first needed. */
export interface Commands {
  /** Begins to connect. */
  open(): void;
  /** Resolves once commands can be sent. They are not queued without end: while there is no connection it rejects, after a moment. */
  ready(): Promise<RedisClient>;
  close(): void;
}

const ANSWER_TIMEOUT = 2000;

export function createCommands(target: RedisTarget, events: RedisEvents): Commands {
  const redis = createClient(target, 'websocket-gateway-commands', ANSWER_TIMEOUT);
  redis.on('error', (error: Error) => events.connectFailed(error));
  const heartbeat = createHeartbeat(redis, () => redis.disconnect(true));
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
    async ready() {
      open();
      await untilReady(redis);
      return redis;
    },
    close() {
      heartbeat.stop();
      redis.disconnect();
    },
  };
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
