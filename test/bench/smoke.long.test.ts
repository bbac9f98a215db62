import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import type { Results } from '../../bench/results.ts';

/** The benchmark with a handful of clients for a moment: that it works, not how fast anything is. */
async function bench(...options: string[]): Promise<{ results: Results; said: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-smoke-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const out = join(folder, 'results.json');
  const small = ['--clients', '20', '--seconds', '0.1', '--repeat', '1', '--patience', '0', '--out', out];
  const run = promisify(execFile)(process.execPath, ['bench/run.ts', '--gateway', 'dist', ...small, ...options]);
  const { stdout } = await run;
  return { results: JSON.parse(readFileSync(out, 'utf8')), said: stdout };
}

test(
  'gateway, naive and plain ws deliver everything, over websocket and long-polling',
  { timeout: 120_000 },
  async () => {
    const names = ['broadcast-5k-w8', 'pair', 'not-here', 'polling-broadcast-w1'];
    const { results, said } = await bench(...names.flatMap((name) => ['--scenario', name]));
    const entrants = results.rows.flatMap((row) => row.entrants.map((entrant) => ({ row: row.name, ...entrant })));
    expect(entrants.filter(({ median }) => median.broken !== undefined || !(median.figure > 0))).toEqual([]);
    expect(results.rows.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    expect(said).toContain('| broadcast to 5k, 8 in flight ');
  },
);
