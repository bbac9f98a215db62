import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { answered, NoAnswer } from './patience.ts';
import { ConnectFailed, openConnection } from './server-connection.ts';
import { accessTo, createTopology, type RedisTarget } from './topology.ts';

/** What is published, and how. */
export interface Publishing {
  readonly channel: string;
  readonly message: Buffer;
  /** For XADD to the stream of that name: fields of the entry that hold the message, and those that hold a new id. */
  readonly entry?: { readonly fields: readonly string[]; readonly idFields: readonly string[] };
  /** Whether to PUBLISH it. */
  readonly pubsub: boolean;
}

/** How many connections got it, where Redis tells: a node of a cluster knows only its own. As which entry it was added. Or why neither could be. */
export type Publication = { readonly receivers?: number; readonly entryId?: string } | { readonly problem: string };

const ANSWER_MS = 1500;

/** Connects, publishes one message or adds it to a stream, and closes. Every step has its time: somebody waits at a terminal. */
export async function publishOnce(target: RedisTarget, publishing: Publishing): Promise<Publication> {
  const topology = createTopology(target);
  try {
    const place = await topology.locate();
    const redis = await openConnection(place, accessTo(target), 'gateway-publish');
    try {
      const { receivers, ...rest } = await answered(send(redis, publishing), ANSWER_MS);
      return target.address.kind === 'cluster' || receivers === undefined ? rest : { receivers, ...rest };
    } finally {
      redis.disconnect();
    }
  } catch (error) {
    return { problem: problemOf(error) };
  } finally {
    topology.close();
  }
}

async function send(
  redis: Redis,
  { channel, message, entry, pubsub }: Publishing,
): Promise<{ receivers?: number; entryId?: string }> {
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

function problemOf(error: unknown): string {
  if (error instanceof ConnectFailed) return `Redis at ${error.message}`;
  if (error instanceof NoAnswer) return 'Redis does not answer; the message may still be published';
  return error instanceof Error ? error.message : String(error);
}
