import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { createLogOutput } from '../../src/telemetry/logging/log-output.ts';

const LINE = `${'x'.repeat(1023)}\n`;
const MANY = 10_000;

/** A pipe that takes nothing until it is told to. */
class Stuck extends Writable {
  readonly taken: string[] = [];
  #goOn: (() => void) | undefined;

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.taken.push(chunk.toString());
    this.#goOn = done;
  }

  async takeAll(): Promise<void> {
    while (this.#goOn) {
      const goOn = this.#goOn;
      this.#goOn = undefined;
      goOn();
      await Promise.resolve();
    }
  }
}

function stage() {
  const stream = new Stuck();
  const events = { dropped: vi.fn<() => void>(), writtenAgain: vi.fn<(lines: number, reason: string) => void>() };
  return { stream, events, output: createLogOutput(stream, events) };
}

test('a log without a reader takes some megabytes of memory at most; dropped lines are counted', () => {
  const { stream, events, output } = stage();
  for (let line = 0; line < MANY; line += 1) output.write(LINE);
  expect(stream.writableLength).toBeLessThan(5_000_000);
  expect(stream.writableLength + events.dropped.mock.calls.length * LINE.length).toBe(MANY * LINE.length);
  expect(events.writtenAgain).not.toHaveBeenCalled();
});

test('when it is read again, that is logged once with how much is missing, and lines are written as before', async () => {
  const { stream, events, output } = stage();
  for (let line = 0; line < MANY; line += 1) output.write(LINE);
  const dropped = events.dropped.mock.calls.length;

  await stream.takeAll();
  output.write('the next\n');
  await stream.takeAll();

  expect(events.writtenAgain.mock.calls).toEqual([[dropped, 'not read']]);
  expect(stream.taken).toHaveLength(MANY - dropped + 1);
  expect(stream.taken.at(-1)).toBe('the next\n');
});

test('flushed is what has been taken', async () => {
  const { stream, output } = stage();
  output.write(LINE);
  const flushed = vi.fn<() => void>();
  const done = output.flush().then(flushed);
  await Promise.resolve();
  expect(flushed).not.toHaveBeenCalled();
  await stream.takeAll();
  await done;
  expect(flushed).toHaveBeenCalledOnce();
});

test.each(['ENOSPC', 'EPIPE', 'EIO'])('a write that fails with %s is tried again a second later', (code) => {
  const taken: string[] = [];
  let broken = true;
  const stream = {
    writableLength: 0,
    write(text: string, done: (error?: Error) => void) {
      if (broken) return done(Object.assign(new Error('refused'), { code }));
      taken.push(text);
      done();
    },
  };
  let time = 0;
  const events = { dropped: vi.fn<() => void>(), writtenAgain: vi.fn<(lines: number, reason: string) => void>() };
  const output = createLogOutput(stream, events, () => time);
  output.write('1\n');
  expect(events.dropped).toHaveBeenCalledOnce();
  broken = false;
  output.write('2\n');
  time = 1001;
  output.write('3\n');
  output.write('4\n');
  expect(events.writtenAgain.mock.calls).toEqual([[2, code]]);
  expect(taken).toEqual(['\n3\n', '4\n']);
});

test('a real pipe whose reader stands still keeps the process from nothing', async () => {
  const program = `
    import { createLogOutput } from '${new URL('../../src/telemetry/logging/log-output.ts', import.meta.url).href}';
    let dropped = 0;
    const output = createLogOutput(process.stdout, { dropped: () => (dropped += 1), writtenAgain: () => {} });
    for (let turn = 0; turn < 20; turn += 1) {
      for (let line = 0; line < 1000; line += 1) output.write('x'.repeat(1023) + '\\n');
      await new Promise((resolve) => setTimeout(resolve));
    }
    process.stderr.write(String(dropped), () => process.exit(0));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.pause();
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));

  expect(await once(child, 'exit')).toEqual([0, null]);

  expect(Number(told)).toBeGreaterThan(10_000);
});
