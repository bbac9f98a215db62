import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { HostAndPort } from '../config/redis-url.ts';
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

/**
 * How many subscribers got it, where Redis tells: a node of a cluster knows only its own. As which entry it was added.
 * Or why neither could be.
 */
export type Publication = { readonly receivers?: number; readonly entryId?: string } | { readonly problem: string };

const ANSWER_MS = 1500;

/** Connects, publishes one message or adds it to a stream, and closes. Each step has its time: somebody waits. */
export async function publishOnce(target: RedisTarget, publishing: Publishing): Promise<Publication> {
  const topology = createTopology(target);
  try {
    const { receivers, ...publication } = await publishAt(await topology.locate(), target, publishing);
    return target.address.kind === 'cluster' || receivers === undefined ? publication : { ...publication, receivers };
  } catch (error) {
    return { problem: problemOf(error) };
  } finally {
    topology.close();
  }
}

interface Sent {
  readonly receivers?: number;
  readonly entryId?: string;
}

async function publishAt(place: HostAndPort, target: RedisTarget, publishing: Publishing): Promise<Sent> {
  const redis = await openConnection(place, accessTo(target), 'gateway-publish');
  try {
    return await send(redis, publishing);
  } catch (error) {
    const keptAt = placeOfMoved(error);
    if (keptAt === undefined) throw error;
    return await publishAt(keptAt, target, publishing);
  } finally {
    redis.disconnect();
  }
}

async function send(redis: Redis, { channel, message, entry, pubsub }: Publishing): Promise<Sent> {
  const entryId = entry && (await answered(redis.xadd(channel, '*', ...entryOf(entry, message)), ANSWER_MS));
  const receivers = pubsub ? await answered(redis.publish(channel, message), ANSWER_MS) : undefined;
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

/** Where in a cluster the key is: `MOVED slot host:port`. */
function placeOfMoved(error: unknown): HostAndPort | undefined {
  const [, host, port] = (error instanceof Error && /^MOVED \d+ (.+):(\d+)$/.exec(error.message)) || [];
  return host === undefined ? undefined : { host, port: Number(port) };
}

function problemOf(error: unknown): string {
  if (error instanceof ConnectFailed) return `Redis at ${error.message}`;
  if (error instanceof NoAnswer) return 'Redis does not answer; the message may still be published';
  return error instanceof Error ? error.message : String(error);
}
