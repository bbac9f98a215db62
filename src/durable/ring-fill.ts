import type { History } from './history.ts';
import { START } from './position.ts';
import type { StreamStore } from './store.ts';

/** Entries in one answer of Redis. */
const PAGE = 500;
/** How often a page is asked for, before the ring does without it and all before it. */
const ATTEMPTS = 3;

/**
 * Reads the past into the ring, backwards from its floor, until the ring is full or nothing older is there. Live entries may
 * come meanwhile. What is not in the ring Redis is asked for.
 *
 * @param isOver nothing shall be read any more.
 * @throws where Redis does not answer at all.
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
      // The ring is full, or another history is read by now.
      if (isOver() || history.epoch !== epoch || ring.floor !== floor) return;
      if (!history.prepend(entries, state)) return;
      failures = 0;
    } catch {
      // Tells an entry that does not arrive from a Redis that is away.
      await store.state();
      failures += 1;
      if (failures >= ATTEMPTS) return;
    }
  }
}
