import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { ConnectFailed } from './connect-cause.ts';
import { withDeadline, DeadlineExceeded } from './deadline.ts';
import { atKeyOwner, type KeyOwner } from './redirection.ts';
import { accessTo, createTopology, type RedisTarget } from './redis-target.ts';
import { openConnection } from './server-connection.ts';
import type { Topology } from './topology.ts';

/** A message to publish. */
export interface Publishing {
  readonly channel: string;
  readonly message: Buffer;
  /** Set to XADD to the stream `channel`: the fields of the entry that hold the message, and those that hold a new id. */
  readonly entry?: { readonly fields: readonly string[]; readonly idFields: readonly string[] };
  /** True to PUBLISH to `channel`. */
  readonly pubsub: boolean;
}

/**
 * The result: how many subscribers received the message, not known in a cluster, where a node counts only its own; the id of
 * the entry that was added; or why neither was possible.
 */
export type Publication = { readonly receivers?: number; readonly entryId?: string } | { readonly problem: string };

const ANSWER_MS = 1500;

/** Connects, publishes one message or adds it to a stream, and closes. Each step has a deadline, as a person waits for it. */
export async function publishOnce(target: RedisTarget, publishing: Publishing): Promise<Publication> {
  const topology = createTopology(target);
  try {
    const { receivers, ...publication } = await publishVia(topology, target, publishing);
    return target.address.kind === 'cluster' || receivers === undefined ? publication : { ...publication, receivers };
  } catch (error) {
    return { problem: problemOf(error) };
  } finally {
    topology.close();
  }
}

interface Published {
  readonly receivers?: number;
  readonly entryId?: string;
}

/** Adds an entry at the server that has the stream; publishes at any node of a cluster, which forwards it. */
async function publishVia(topology: Topology, target: RedisTarget, publishing: Publishing): Promise<Published> {
  if (publishing.entry)
    return atKeyOwner(topology, publishing.channel, (owner) => publishAt(owner, target, publishing));
  return publishAt({ server: await topology.locate(), asking: false }, target, publishing);
}

async function publishAt(
  { server, asking }: KeyOwner,
  target: RedisTarget,
  publishing: Publishing,
): Promise<Published> {
  const redis = await openConnection(server, accessTo(target), 'gateway-publish');
  try {
    const [, published] = await Promise.all([asking && redis.call('ASKING'), send(redis, publishing)]);
    return published;
  } finally {
    redis.disconnect();
  }
}

async function send(redis: Redis, { channel, message, entry, pubsub }: Publishing): Promise<Published> {
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
