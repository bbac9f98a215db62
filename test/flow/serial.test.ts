import { expect, test } from 'vitest';
import { createSerial } from '../../src/flow/serial.ts';

test('tasks run one after the other, in order, and a failure delays and stops none', async () => {
  const serial = createSerial();
  const events: string[] = [];
  const task = (name: string, error?: Error) => async (): Promise<string> => {
    events.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    events.push(`${name} ends`);
    if (error) throw error;
    return name;
  };
  const outcomes = await Promise.allSettled([
    serial(task('a')),
    serial(task('b', new Error('failed'))),
    serial(task('c')),
  ]);
  expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
