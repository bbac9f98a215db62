import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as fc from 'fast-check';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { fuzz, FUZZ_TIMEOUT } from './fuzz.ts';
import type { Loaded } from './load-routes.ts';
import { changed } from './mutations.ts';

// The routes files and schemas of this project, changed in all ways. What comes of it is a plan that works, or findings.

const root = mkdtempSync(join(tmpdir(), 'fuzz-'));
afterAll(() => rmSync(root, { recursive: true }));
for (const folder of ['config', 'schemas']) mkdirSync(join(root, folder));
const FILE = join(root, 'config', 'routes.yaml');

const ROUTES_FILES = ['config/routes.yaml', 'config/routes.metargb.yaml'].map((file) => readFileSync(file, 'utf8'));
const SCHEMAS = readdirSync('schemas').map((name) => ({ name, text: readFileSync(join('schemas', name), 'utf8') }));

const tree = fc.record({
  routes: fc.constantFrom(...ROUTES_FILES).chain(changed),
  /** One of them in two, as a rule: with all of them changed no plan would ever come of it. */
  schema: fc.option(
    fc.constantFrom(...SCHEMAS).chain(({ name, text }) => fc.record({ name: fc.constant(name), text: changed(text) })),
    { freq: 1 },
  ),
});

/** Nothing that is read takes so long, on a busy machine either. */
const LONGEST_MS = 10_000;

test('any routes file and schemas make a plan or findings, at once', { timeout: FUZZ_TIMEOUT }, async () => {
  const worker = new Worker(new URL('load-routes.ts', import.meta.url), { execArgv: [] });
  onTestFinished(async () => void (await worker.terminate()));
  let accepted = 0;
  const runs = await fuzz(tree, async ({ routes, schema }) => {
    writeFileSync(FILE, routes);
    for (const { name, text } of SCHEMAS)
      writeFileSync(join(root, 'schemas', name), name === schema?.name ? schema.text : text);
    const answered = once(worker, 'message', { signal: AbortSignal.timeout(LONGEST_MS) });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
    worker.postMessage(FILE);
    const [loaded]: Loaded[] = await answered;
    expect(loaded).toMatchObject({ accepted: !loaded?.refused, strays: [], polluted: [] });
    expect(loaded?.lines.filter((line) => line.includes('\n'))).toEqual([]);
    if (loaded?.accepted) accepted += 1;
  });
  expect(accepted).toBeGreaterThan(0);
  expect(runs).toBeGreaterThan(accepted);
});
