import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/ports.ts';

const SLACK_MS = 120_000;

test(
  'each line that the demo prints for another terminal works against it',
  async () => {
    const env = { PATH: process.env['PATH'], PORT: String(await freePort()) };
    const demo = spawn(process.execPath, ['demo/main.ts'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(async () => {
      demo.kill('SIGTERM');
      await once(demo, 'close');
    });
    const said: string[] = [];
    createInterface(demo.stdout).on('line', (line) => said.push(line));
    const isListening = (): boolean => said.some((line) => line.startsWith('  connected'));
    await expect.poll(isListening, { timeout: SLACK_MS }).toBe(true);
    const line = (command: string): string =>
      said.find((one) => one.includes(`npx gateway ${command}`))?.replace('npx gateway', 'node dist/main.js') ?? '';

    const tail = spawn('sh', ['-c', `exec env ${line('tail').trim()}`], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(async () => {
      tail.kill('SIGTERM');
      await once(tail, 'close');
    });
    let tailed = '';
    tail.stdout.on('data', (chunk: Buffer) => (tailed += chunk.toString()));
    await expect.poll(() => tailed, { timeout: SLACK_MS }).toContain('user-status-changed');

    const run = promisify(execFile);
    expect((await run('sh', ['-c', line('publish')], { env })).stdout).toMatch(/published/i);
    expect((await run('sh', ['-c', line('explain')], { env })).stdout).toContain('receives it');
  },
  2 * SLACK_MS,
);
