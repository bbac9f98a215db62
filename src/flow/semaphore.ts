/** Limits how many run at the same time; the others wait in the order in which they arrived. */
export interface Semaphore {
  /**
   * Waits for a slot.
   *
   * @returns a function that frees the slot; undefined if none became free within the longest wait.
   */
  acquire(): Promise<(() => void) | undefined>;
  waiting(): number;
}

/** @param longestWait in milliseconds; Infinity sets no limit. */
export function createSemaphore(slots: number, longestWait: number): Semaphore {
  let taken = 0;
  const queue = new Set<() => void>();

  function take(): () => void {
    taken += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      taken -= 1;
      const [next] = queue;
      next?.();
    };
  }

  return {
    acquire() {
      if (taken < slots) return Promise.resolve(take());
      return new Promise((resolve) => {
        let timer: NodeJS.Timeout | undefined;
        const serve = (): void => {
          clearTimeout(timer);
          queue.delete(serve);
          resolve(take());
        };
        const giveUp = (): void => {
          queue.delete(serve);
          resolve(undefined);
        };
        if (longestWait !== Infinity) timer = setTimeout(giveUp, longestWait);
        queue.add(serve);
      });
    },
    waiting: () => queue.size,
  };
}
