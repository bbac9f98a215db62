import { Redis } from 'ioredis';
import type { RedisAddress } from '../config/variable-types.ts';
import { addressOptions } from './address.ts';

/** How many subscribers got it, or why none could. */
export type Publication = { readonly receivers: number } | { readonly problem: string };

/** For all of it, in milliseconds: somebody waits at a terminal. */
const DEADLINE = 5000;

/** Connects, publishes one message, and closes. */
export async function publishOnce(address: RedisAddress, channel: string, message: Buffer): Promise<Publication> {
  const redis = new Redis(optionsFor(address));
  let problem: string | undefined;
  const deadline = setTimeout(() => {
    problem ??= `no answer within ${DEADLINE / 1000} s; a message that is on its way may still be published`;
    redis.disconnect();
  }, DEADLINE);
  redis.on('error', (error: Error) => (problem ??= error.message));
  try {
    await redis.connect();
    return { receivers: await redis.publish(channel, message) };
  } catch (error) {
    // Its words alone: the error object holds the command, and that of AUTH the password.
    return { problem: problem ?? (error instanceof Error ? error.message : String(error)) };
  } finally {
    clearTimeout(deadline);
    redis.disconnect();
  }
}

function optionsFor(address: RedisAddress) {
  return {
    ...addressOptions(address),
    lazyConnect: true,
    connectionName: 'gateway-publish',
    disableClientInfo: true,
    // One attempt; the answer to PUBLISH tells whether Redis is ready.
    retryStrategy: null,
    enableReadyCheck: false,
  };
}
