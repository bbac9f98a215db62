import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { RedisAddress } from '../config/variable-types.ts';
import { addressOptions } from './address.ts';

/** What is published, and how. */
export interface Publishing {
  readonly channel: string;
  readonly message: Buffer;
  /** For XADD to the stream of that name: fields of the entry that hold the message, and those that hold a new id. */
  readonly entry?: { readonly fields: readonly string[]; readonly idFields: readonly string[] };
  /** Whether to PUBLISH it. */
  readonly pubsub: boolean;
}

/** How many subscribers got it, as which entry it was added, or why neither could be. */
export type Publication = { readonly receivers?: number; readonly entryId?: string } | { readonly problem: string };

/** For all of it, in milliseconds: somebody waits at a terminal. */
const DEADLINE = 5000;

/** Connects, publishes one message or adds it to a stream, and closes. */
export async function publishOnce(address: RedisAddress, publishing: Publishing): Promise<Publication> {
  const redis = new Redis(optionsFor(address));
  let problem: string | undefined;
  const deadline = setTimeout(() => {
    problem ??= `no answer within ${DEADLINE / 1000} s; a message that is on its way may still be published`;
    redis.disconnect();
  }, DEADLINE);
  redis.on('error', (error: Error) => (problem ??= error.message));
  try {
    await redis.connect();
    return await send(redis, publishing);
  } catch (error) {
    // Its words alone: the error object holds the command, and that of AUTH the password.
    return { problem: problem ?? (error instanceof Error ? error.message : String(error)) };
  } finally {
    clearTimeout(deadline);
    redis.disconnect();
  }
}

async function send(redis: Redis, { channel, message, entry, pubsub }: Publishing): Promise<Publication> {
  const entryId = entry && (await redis.xadd(channel, '*', ...entryOf(entry, message)));
  const receivers = pubsub ? await redis.publish(channel, message) : undefined;
  return {
    ...(receivers !== undefined && { receivers }),
    ...(typeof entryId === 'string' && { entryId }),
  };
}

function entryOf({ fields, idFields }: NonNullable<Publishing['entry']>, message: Buffer): (string | Buffer)[] {
  const id = randomUUID();
  const values = new Map<string, string | Buffer>(idFields.map((field) => [field, id]));
  for (const field of fields) values.set(field, message);
  return [...values].flat();
}

function optionsFor(address: RedisAddress) {
  return {
    ...addressOptions(address),
    lazyConnect: true,
    connectionName: 'gateway-publish',
    disableClientInfo: true,
    // One attempt; the answer to the command tells whether Redis is ready.
    retryStrategy: null,
    enableReadyCheck: false,
  };
}
