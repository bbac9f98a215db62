import type { History } from './history.ts';
import { START } from './position.ts';
import type { StreamStore } from './store.ts';

/** Entries in one reply of Redis. */
const PAGE = 500;
/** Attempts to read a page, before the ring is left without it and all older ones. */
const ATTEMPTS = 3;

/**
 * Reads older entries into the ring, backwards from its floor, until the ring is full or no older entries exist. Live
 * entries may be added at the same time. Replays read from Redis what is not in the ring.
 *
 * @param isOver true once nothing may be read any more.
 * @throws if Redis does not answer at all.
 */
export async function fillRing(
  history: History,
  store: Pick<StreamStore, 'back' | 'state'>,
  isOver: () => boolean,
): Promise<void> {
  let failures = 0;
  for (;;) {
    const { epoch, ring } = history;
    const { floor } = ring;
    if (floor === START) return;
    try {
      const { entries, state } = await store.back(floor, PAGE);
      // The ring is full, or another history was adopted.
      if (isOver() || history.epoch !== epoch || ring.floor !== floor) return;
      if (!history.prepend(entries, state)) return;
      failures = 0;
    } catch {
      // Throws if Redis is away; otherwise only this page cannot be read.
      await store.state();
      failures += 1;
      if (failures >= ATTEMPTS) return;
    }
  }
}
