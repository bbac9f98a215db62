import type { Client } from './client.ts';
import { ReplayIncomplete } from './replay-incomplete.ts';
import { readPosition, type Position } from './position.ts';
import type { Reader } from './reader.ts';
import { ReplayAborted, Replay, type ReplayParts } from './replay.ts';
import type { ResetReason } from './reset-reasons.ts';

/** How a client went live. */
export interface Resumed {
  readonly result: 'ring' | 'redis' | ResetReason;
  readonly sent: number;
}

/** Takes the place of the position of a client that asked to be held and was not ready in time. */
export const NOT_READY = Symbol('not ready');

/** How long to wait for this instance to reach a client that is ahead of it. */
const BEHIND_MS = 3000;

/**
 * Sends a client the events that it missed, and lets it go live. The client has been held since it joined.
 *
 * @param lastPosition the position that the client sent, or NOT_READY; undefined for a new client.
 * @param moved called with how far the client has come, so that a later attempt continues there.
 * @throws ReplayAborted if the client has disconnected or the reader has stopped; any other error is one of Redis.
 */
export async function resume(
  parts: ReplayParts,
  client: Client,
  lastPosition: unknown,
  moved: (position: Position) => void,
): Promise<Resumed> {
  const { reader } = parts;
  while (!reader.started) await waitFor(reader, client);
  const { history } = reader;
  if (lastPosition === undefined && history.route.stream.greeting === 0) {
    goLive(reader, client);
    return { result: 'ring', sent: 0 };
  }
  try {
    const cursor = lastPosition === undefined ? history.position : await cursorOf(reader, client, lastPosition);
    const replay = new Replay(parts, client, cursor);
    try {
      if (lastPosition === undefined) await replay.greet(history.route.stream.greeting);
      await replay.untilNow(() => goLive(reader, client, lastPosition === undefined ? undefined : replay.sent));
    } finally {
      // A new client that received nothing yet is still a new client.
      if (lastPosition !== undefined || replay.sent > 0) moved({ e: history.epoch, id: replay.cursor });
    }
    return { result: replay.usedRedis ? 'redis' : 'ring', sent: replay.sent };
  } catch (error) {
    if (!(error instanceof ReplayIncomplete)) throw error;
    client.release(history.route.name);
    sendReset(reader, client, error.reason);
    return { result: error.reason, sent: 0 };
  }
}

/** Sends a client `gateway:reset`: it must reload its state, and continues from the position given there. */
export function sendReset({ history }: Reader, client: Client, reason: ResetReason): void {
  const { epoch: e, position: id, route } = history;
  if (client.resumable) client.send('gateway:reset', JSON.stringify({ route: route.name, reason, e, id }));
}

export function sendPosition({ history }: Reader, client: Client, resumed?: number): void {
  const { epoch: e, position: id, route } = history;
  if (client.resumable) client.send('gateway:position', JSON.stringify({ route: route.name, e, id, resumed }));
}

function goLive(reader: Reader, client: Client, resumed?: number): void {
  client.release(reader.history.route.name);
  sendPosition(reader, client, resumed);
}

async function cursorOf(reader: Reader, client: Client, lastPosition: unknown): Promise<string> {
  const { history, store } = reader;
  if (lastPosition === NOT_READY) throw new ReplayIncomplete('not-ready');
  const position = readPosition(lastPosition);
  if (position === undefined) throw new ReplayIncomplete('invalid-position');
  // This instance may not know a new epoch yet.
  if (position.e !== history.epoch) await reader.checked();
  if (position.e !== history.epoch) throw new ReplayIncomplete('epoch');
  if (position.id <= history.position) return position.id;
  const { lastId } = await store.state();
  if (position.id > lastId) throw new ReplayIncomplete('ahead');
  const deadline = AbortSignal.timeout(BEHIND_MS);
  while (position.id > history.position) {
    if (deadline.aborted) throw new ReplayIncomplete('reader-behind');
    await waitFor(reader, client);
    if (position.e !== history.epoch) throw new ReplayIncomplete('epoch');
  }
  return position.id;
}

async function waitFor(reader: Reader, client: Client): Promise<void> {
  await reader.changed(250);
  if (reader.stopped || !client.isOpen()) throw new ReplayAborted();
}
