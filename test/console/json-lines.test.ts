import { expect, test } from 'vitest';
import { jsonLines } from '../../console/src/admin/json-lines.ts';

/** What comes of a body that arrives in these pieces. */
async function read(...pieces: readonly Uint8Array[]): Promise<unknown[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const values: unknown[] = [];
  for await (const value of jsonLines(body)) values.push(value);
  return values;
}

const TEXT = '{"a":"ä€😀"}\n{"b":2}\n\n{"c":3}\n';
const VALUES = [{ a: 'ä€😀' }, { b: 2 }, { c: 3 }];

test('lines may arrive in pieces of any size, cut within a character', async () => {
  const bytes = Buffer.from(TEXT);
  for (let size = 1; size <= bytes.length; size += 1) {
    const count = Math.ceil(bytes.length / size);
    const pieces = Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
    expect(await read(...pieces)).toEqual(VALUES);
  }
});

test('a last line that did not arrive whole is left out', async () => {
  expect(await read(Buffer.from('{"a":1}\n{"b":'))).toEqual([{ a: 1 }]);
});

test('a reader that stops ends the body', async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(Buffer.from('{"a":1}\n')),
    cancel: () => void (cancelled = true),
  });
  for await (const _ of jsonLines(body)) break;
  expect(cancelled).toBe(true);
});
