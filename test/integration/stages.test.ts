import { expect, test, vi } from 'vitest';
import { startInOrder, type Stage } from '../../src/app/stages.ts';

const never = (): Promise<void> => new Promise(() => {});

test('stages are stopped from last to first; what takes longer than it may is left behind, and reported', async () => {
  const order: string[] = [];
  const failed = vi.fn<(stage: string, error: unknown) => void>();
  const stages: Stage[] = [
    { name: 'a', stop: () => void order.push('a') },
    { name: 'b', stop: never, stopWithin: 10 },
    { name: 'c', stop: () => Promise.reject(new Error('a fault')) },
    { name: 'd', stop: () => new Promise((resolve) => setTimeout(() => resolve(void order.push('d')), 20)) },
  ];

  const stop = await startInOrder(stages, failed);
  await stop();

  expect(order).toEqual(['d', 'a']);
  expect(failed.mock.calls.map(([stage, error]) => [stage, String(error)])).toEqual([
    ['c', 'Error: a fault'],
    ['b', 'Error: not stopped within 10 ms'],
  ]);
});

test('where a start fails, what was started is stopped again', async () => {
  const order: string[] = [];
  const stages: Stage[] = [
    { name: 'a', start: () => void order.push('start a'), stop: () => void order.push('stop a') },
    { name: 'b', start: () => Promise.reject(new Error('a fault')), stop: () => void order.push('stop b') },
    { name: 'c', start: () => void order.push('start c') },
  ];
  await expect(startInOrder(stages, () => {})).rejects.toThrow('a fault');
  expect(order).toEqual(['start a', 'stop b', 'stop a']);
});
