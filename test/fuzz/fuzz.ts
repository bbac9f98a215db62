import * as fc from 'fast-check';
import { expect } from 'vitest';
import type { RunningGateway } from '../sockets/running-gateway.ts';

/** Of each fuzzer: ten of them take two minutes in CI. By hand: `FUZZ_SECONDS=600 npm run fuzz`. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 10);
/** The same seed brings the same inputs again. */
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

export const FUZZ_TIMEOUT = SECONDS * 1000 + 120_000;

/** An input that takes longer is as bad as one that crashes. */
const LONGEST_MS = 30_000;

/** What is noticed late was done by one of so many. */
const REMEMBERED = 5;

/** Of an input that is printed. */
const LONGEST_TEXT = 2000;

/**
 * Runs input upon input until the time is up or one fails.
 *
 * @param shrink to a smaller input that fails; not where a process has crashed, which fails for every other, too.
 * @returns how many there were.
 */
export async function fuzz<T>(
  inputs: fc.Arbitrary<T>,
  run: (input: T, count: number) => void | Promise<void>,
  shrink?: 'shrink',
): Promise<number> {
  process.stdout.write(`FUZZ_SEED=${SEED}\n`);
  let count = 0;
  const last: T[] = [];
  const property = fc.asyncProperty(inputs, async (input) => {
    count += 1;
    last.push(input);
    if (last.length > REMEMBERED) last.shift();
    await within(LONGEST_MS, run(input, count));
  });
  const parameters: fc.Parameters<[T]> = {
    seed: SEED,
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: SECONDS * 1000,
    endOnFailure: shrink === undefined,
  };
  await fc.assert(property, parameters).catch((error: unknown) => {
    const texts = last.map((input) => fc.stringify(input).slice(0, LONGEST_TEXT));
    throw new Error(`FUZZ_SEED=${SEED}, input ${count}; the last ones:\n${texts.join('\n')}`, { cause: error });
  });
  process.stdout.write(`${count} inputs\n`);
  return count;
}

async function within(milliseconds: number, work: void | Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${milliseconds} ms`)), milliseconds);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** No limit on how often the fuzzers may come; little memory, so that what is kept of each of them ends the process. */
export const FUZZED = {
  NODE_OPTIONS: '--max-old-space-size=200',
  MAX_HANDSHAKES_PER_SECOND: '0',
  MAX_CONNECTIONS_PER_ADDRESS: '0',
  MAX_CONNECTIONS_PER_USER: '0',
  HANDSHAKE_TIMEOUT: '2',
  LOG_LEVEL: 'info',
};

/** Beside the heap, which has a bound of its own. */
const MOST_GROWTH = 400e6;

export const residentBytes = (gateway: RunningGateway): Promise<number> =>
  gateway.metric('process_resident_memory_bytes');

/** What holds whatever came in: it lives, nothing was thrown, nothing is left behind. */
export async function expectUnharmed(gateway: RunningGateway, bytesBefore: number): Promise<void> {
  expect(gateway.death()).toBeNull();
  expect(await gateway.metric('websocket_message_failures_total')).toBe(0);
  expect(gateway.log()).not.toMatch(/uncaught error|handling a client failed|MaxListenersExceeded/);
  expect((await residentBytes(gateway)) - bytesBefore).toBeLessThan(MOST_GROWTH);
  // The two bystanders; who came with the fuzzer is gone, or goes when its time to be let in is up.
  await expect.poll(() => gateway.metric('websocket_connections'), { timeout: 60_000 }).toBe(2);
}
