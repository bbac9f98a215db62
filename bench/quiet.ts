import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { processors } from './machine.ts';

const LOOK_MS = 300;
/** Share of the server's processor that idle servers with their pings may take. */
const CALM = 0.1;

/** At one time; whoever is still busy then will be for long. */
const LONGEST_MS = 15_000;

/**
 * Others use this machine too. The function resolves once nobody uses the server's processor, or when it has waited long
 * enough; altogether it waits `mostSeconds`.
 */
export function createPatience(mostSeconds: number): () => Promise<void> {
  let left = mostSeconds * 1000;
  return async () => {
    const began = performance.now();
    const waited = (): number => performance.now() - began;
    while (waited() < Math.min(left, LONGEST_MS) && (await shareInUse()) > CALM);
    left -= waited();
  };
}

async function shareInUse(): Promise<number> {
  const before = ticks();
  await pause(LOOK_MS);
  const after = ticks();
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
}

function ticks(): { idle: number; all: number } {
  const line = new RegExp(`^cpu${processors().server} (.*)$`, 'm').exec(readFileSync('/proc/stat', 'utf8'))?.[1];
  const counts = (line ?? '').split(' ').slice(0, 8).map(Number);
  return { idle: (counts[3] ?? 0) + (counts[4] ?? 0), all: counts.reduce((sum, count) => sum + count, 0) };
}
