import { afterEach, describe, expect, test } from 'vitest';
import { askUpgrade } from './raw-http.ts';
import { openPolling } from './raw-polling.ts';
import { useStage } from './stage.ts';

const stage = useStage();
afterEach(() => stage().allIsWell());

describe('a session of polling', () => {
  test.each([
    ['EIO=3&transport=websocket', 'another protocol version'],
    ['transport=websocket', 'no protocol version'],
  ])('cannot be upgraded with ?%s: %s', async (query) => {
    const session = await openPolling(stage().gateway.url);
    const path = `/socket.io/?${query}&sid=${session.sid}`;
    expect(await askUpgrade(stage().gateway.url, path)).toMatchObject({ status: 400 });
  });

  test('that exceeds a limit receives the reason, and continues', async () => {
    const session = await openPolling(stage().gateway.url);
    expect(await session.post('4'.padEnd(2 * 1024 * 1024, 'x'))).toMatchObject({ status: 413 });
    expect(await session.post('40/unknown,')).toMatchObject({ status: 200 });
    expect(await session.poll()).toMatchObject({ status: 200, body: expect.stringMatching(/^44\/unknown,/) });
  });

  test('that polls twice at once is closed', async () => {
    const session = await openPolling(stage().gateway.url);
    // The first has fetched nothing yet: there is nothing to say.
    const answers = await Promise.all([session.poll(), session.poll()]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]));
    expect(await session.poll()).toMatchObject({ status: 400, body: expect.stringContaining('Session ID unknown') });
  });

  test.each([
    ['bytes', Buffer.from([0, 1, 2]), { 'Content-Type': 'application/octet-stream' }, 400],
    ['an unknown packet', 'x', {}, 200],
  ])('that sends %s is closed', async (_, body, headers, status) => {
    const session = await openPolling(stage().gateway.url);
    expect(await session.post(body, headers)).toMatchObject({ status });
    const answers = [await session.poll(), await session.poll()];
    // An orderly goodbye first, where the session still could say it.
    expect(answers.at(0)?.body).toMatch(/^6.1$|Session ID unknown/);
    expect(answers.at(1)).toMatchObject({ status: 400, body: expect.stringContaining('Session ID unknown') });
  });

  test.each([
    ['a CONNECT that is none', '40[]'],
    ['an event before CONNECT', '42["ping"]'],
  ])('that sends %s gets the reason, and is closed', async (_, body) => {
    const session = await openPolling(stage().gateway.url);
    expect(await session.post(body)).toMatchObject({ status: 200 });
    expect((await session.poll()).body).toMatch(/^44\{.*"code":"handshake-malformed".*"retry":false/);
    await expect
      .poll(() => session.poll(), { timeout: 5000 })
      .toMatchObject({ status: 400, body: expect.stringContaining('Session ID unknown') });
  });
});
