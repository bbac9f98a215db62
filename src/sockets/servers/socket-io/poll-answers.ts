import { isEngineSession, putBack, transportOf, type EngineSession } from './engine-internals.ts';
import type { LibraryServer } from './socket-io.ts';

/** python-socketio refuses an answer with more packets than this, and loses all of them with its connection. */
const MOST_PACKETS = 16;

/**
 * Hands a client that polls so many packets with one answer, and keeps the rest for its next poll. Engine.IO tells of its
 * buffer before it takes all that is in it, and again when the transport has it; nothing else runs in between.
 */
export function limitPollAnswers(engine: LibraryServer['engine']): void {
  const rests = new WeakMap<EngineSession, readonly object[]>();
  engine.on('flush', (session: unknown, packets: object[]) => {
    if (packets.length <= MOST_PACKETS || !isEngineSession(session)) return;
    // A session that is closing has no next poll.
    if (transportOf(session) === 'polling' && session.readyState === 'open')
      rests.set(session, packets.splice(MOST_PACKETS));
  });
  engine.on('drain', (session: unknown) => {
    if (!isEngineSession(session)) return;
    const rest = rests.get(session);
    if (rest === undefined) return;
    rests.delete(session);
    putBack(session, rest);
  });
}
