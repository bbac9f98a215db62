import { describe, expect, test } from 'vitest';
import { createPageSharing, SHARED_MS } from '../../src/telemetry/metrics/shared-page.ts';

function stage() {
  let time = 0;
  let pages = 0;
  const writing: PromiseWithResolvers<void>[] = [];
  const share = createPageSharing(SHARED_MS, () => time);
  const pageOf = (form: string) =>
    share(async () => {
      const one = Promise.withResolvers<void>();
      writing.push(one);
      await one.promise;
      return { contentType: form, text: `${form} ${(pages += 1)}` };
    });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { pageOf, writing, settle, pass: (ms: number) => void (time += ms) };
}

describe('a page of metrics', () => {
  test('is written once for all who ask while it is written, and within a second of it', async () => {
    const { pageOf, writing, settle, pass } = stage();
    const ask = pageOf('text');
    const asked = [ask(), ask()];
    await settle();
    pass(5000);
    asked.push(ask());
    writing[0]?.resolve();
    for (const page of asked) expect(await page).toEqual({ contentType: 'text', text: 'text 1' });
    pass(999);
    expect(await ask()).toMatchObject({ text: 'text 1' });
    pass(1);
    const next = ask();
    await settle();
    writing[1]?.resolve();
    expect(await next).toMatchObject({ text: 'text 2' });
    expect(writing).toHaveLength(2);
  });

  test('waits until one of another form is written', async () => {
    const { pageOf, writing, settle } = stage();
    const [text, openMetrics] = [pageOf('text')(), pageOf('open')()];
    await settle();
    expect(writing).toHaveLength(1);
    writing[0]?.resolve();
    expect(await text).toMatchObject({ text: 'text 1' });
    await settle();
    writing[1]?.resolve();
    expect(await openMetrics).toMatchObject({ text: 'open 2' });
  });

  test('that cannot be written is written again for the next who asks', async () => {
    const { pageOf, writing, settle } = stage();
    const ask = pageOf('text');
    const failed = ask();
    await settle();
    writing[0]?.reject(new Error('no'));
    await expect(failed).rejects.toThrow('no');
    const next = ask();
    await settle();
    writing[1]?.resolve();
    expect(await next).toMatchObject({ text: 'text 1' });
  });
});
