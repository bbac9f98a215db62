import type { Client } from './client.ts';
import { ReplayIncomplete } from './replay-incomplete.ts';
import { readPosition, type Position } from './position.ts';
import type { Reader } from './reader.ts';
import { ReplayAborted, Replay, type ReplayParts } from './replay.ts';
import type { ResetReason } from './reset-reasons.ts';

/** How a client came to be live. */
export interface Resumed {
  readonly result: 'ring' | 'redis' | ResetReason;
  readonly sent: number;
}

/** Stands for the position of a client that asked to be held, and was not ready in time. */
export const NOT_READY = Symbol('not ready');

/** How long a client may be ahead of this instance. */
const BEHIND_MS = 3000;

/**
 * Gives a client what it missed, and lets it go live; it has been held since it is there.
 *
 * @param lastPosition what it says of its position, or NOT_READY; `undefined` is a newcomer.
 * @param moved told how far it has come, for whoever goes on where this had to be given up.
 * @throws Abandoned where the client is gone, or the reader stopped. Anything else is Redis.
 */
export async function resume(
  place: ReplayParts,
  client: Client,
  lastPosition: unknown,
  moved: (position: Position) => void,
): Promise<Resumed> {
  const { reader } = place;
  while (!reader.started) await waitFor(reader, client);
  const { history } = reader;
  if (lastPosition === undefined && history.route.stream.greeting === 0) {
    goLive(reader, client);
    return { result: 'ring', sent: 0 };
  }
  try {
    const cursor = lastPosition === undefined ? history.position : await cursorOf(reader, client, lastPosition);
    const replay = new Replay(place, client, cursor);
    try {
      if (lastPosition === undefined) await replay.greet(history.route.stream.greeting);
      await replay.untilNow(() => goLive(reader, client, lastPosition === undefined ? undefined : replay.sent));
    } finally {
      // A newcomer that was given nothing yet is still one.
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

/** Tells a client to load its state anew, and where it goes on from. */
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
  // It may be this instance that has not heard of a new one yet.
  if (position.e !== history.epoch) await reader.checked();
  if (position.e !== history.epoch) throw new ReplayIncomplete('epoch');
  if (position.id <= history.position) return position.id;
  const { lastId } = await store.state();
  if (position.id > lastId) throw new ReplayIncomplete('ahead');
  const patience = AbortSignal.timeout(BEHIND_MS);
  while (position.id > history.position) {
    if (patience.aborted) throw new ReplayIncomplete('reader-behind');
    await waitFor(reader, client);
    if (position.e !== history.epoch) throw new ReplayIncomplete('epoch');
  }
  return position.id;
}

async function waitFor(reader: Reader, client: Client): Promise<void> {
  await reader.changed(250);
  if (reader.stopped || !client.isOpen()) throw new ReplayAborted();
}
