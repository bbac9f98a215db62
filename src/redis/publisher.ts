import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { withDeadline, DeadlineExceeded } from './deadline.ts';
import { atHolder, type Holder } from './redirection.ts';
import { ConnectFailed, openConnection } from './server-connection.ts';
import { accessTo, createTopology, type RedisTarget, type Topology } from './topology.ts';

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
    const { receivers, ...publication } = await publishWhere(topology, target, publishing);
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

/** An entry goes where the stream is; any node of a cluster passes on what is published. */
async function publishWhere(topology: Topology, target: RedisTarget, publishing: Publishing): Promise<Sent> {
  if (publishing.entry)
    return atHolder(topology, publishing.channel, (holder) => publishAt(holder, target, publishing));
  return publishAt({ place: await topology.locate(), asking: false }, target, publishing);
}

async function publishAt({ place, asking }: Holder, target: RedisTarget, publishing: Publishing): Promise<Sent> {
  const redis = await openConnection(place, accessTo(target), 'gateway-publish');
  try {
    const [, sent] = await Promise.all([asking && redis.call('ASKING'), send(redis, publishing)]);
    return sent;
  } finally {
    redis.disconnect();
  }
}

async function send(redis: Redis, { channel, message, entry, pubsub }: Publishing): Promise<Sent> {
  const entryId = entry && (await withDeadline(redis.xadd(channel, '*', ...entryOf(entry, message)), ANSWER_MS));
  const receivers = pubsub ? await withDeadline(redis.publish(channel, message), ANSWER_MS) : undefined;
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
  if (error instanceof DeadlineExceeded) return 'Redis does not answer; the message may still be published';
  return error instanceof Error ? error.message : String(error);
}
