import { isEngineSession, putBack, transportOf, type EngineSession } from './engine-internals.ts';
import type { LibraryServer } from './socket-io.ts';

/** python-socketio refuses an answer with more packets, and loses all of them with its connection. */
const MOST_PACKETS = 16;

/**
 * Sends a polling client so many packets per answer, and keeps the rest for its next poll. Engine.IO emits an event before it
 * flushes its buffer, and again when the transport has it; no other code runs in between.
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
