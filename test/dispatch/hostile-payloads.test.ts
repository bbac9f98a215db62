import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { TOKENS, USERS } from '../support/auth-service.ts';
import { connectClient, hearsNothingBefore } from '../support/client.ts';
import { useStage } from '../sockets/stage.ts';
import { DROPS, NOTICE, ODD } from './drop-rows.ts';
import { LIMITS } from './stage.ts';

// What publishers may send by mistake or malice, through a real Redis to a gateway with healthy bystanders on it.

const root = mkdtempSync(join(tmpdir(), 'payloads-'));
afterAll(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, 'config'));
writeFileSync(join(root, 'notice.json'), JSON.stringify(NOTICE));
writeFileSync(join(root, 'any.json'), JSON.stringify({ type: 'object', required: ['to'], properties: { to: {} } }));
writeFileSync(
  join(root, 'config', 'routes.yaml'),
  `version: 1
routes:
  notices: { event: notice, schema: ../any.json, target: { user: to } }
  lists: { event: list, schema: ../notice.json, target: { users: [to, cc?] } }
  anything: { event: anything, schema: ../any.json, target: { users: [to] } }
`,
);

const stage = useStage({
  ROUTES_FILE: join(root, 'config', 'routes.yaml'),
  MAX_MESSAGE_BYTES: String(LIMITS.maxMessageBytes),
  MAX_MESSAGE_DEPTH: String(LIMITS.maxMessageDepth),
  MAX_MESSAGE_KEYS: String(LIMITS.maxMessageKeys),
  MAX_TARGET_IDS: String(LIMITS.maxTargetIds),
});
afterEach(() => stage().allIsWell());

/** How often messages of this route were dropped, by reason. */
async function drops(route: string): Promise<Record<string, number>> {
  const series = new RegExp(`^gateway_route_dropped_total\\{route="${route}",reason="([^"]+)"\\} (\\d+)$`, 'gm');
  const found = (await stage().gateway.metrics()).matchAll(series);
  return Object.fromEntries([...found].map(([, reason = '', count]) => [reason, Number(count)]));
}

describe('a message that cannot be delivered is counted once, under its reason, and no other message is affected', () => {
  test.each(DROPS)('(%s)', async (_, raw, reason) => {
    const before = await drops('lists');
    await stage().redis.publish('lists', raw);
    await stage().allIsWell();
    expect(await drops('lists')).toEqual({ ...before, [reason]: (before[reason] ?? 0) + 1 });
  });

  test('(16 MB)', async () => {
    const before = await drops('lists');
    await stage().redis.publish('lists', Buffer.alloc(16e6, 'x'));
    await stage().allIsWell();
    expect(await drops('lists')).toEqual({ ...before, 'too-large': (before['too-large'] ?? 0) + 1 });
  });

  test('(100 MB: Redis itself disconnects its subscribers; the gap is noticed, and the connection returns)', async () => {
    await stage().redis.publish('lists', Buffer.alloc(100e6, 'x'));
    await expect(stage().gateway.logged('messages may have been missed')).resolves.toBeUndefined();
  });

  test.each([['nobody’s'], ['LISTS'], ['lists '], ['__proto__'], [''], ['*']])(
    '(a channel that no route names: "%s")',
    async (channel) => {
      expect(await stage().redis.publish(channel, '{"to":[7]}')).toBe(0);
    },
  );
});

describe('a message with something odd about it reaches its client as JSON.parse reads it', () => {
  test.each(ODD)('(%s)', async (_, raw) => {
    const alice = await connectClient(stage().gateway.url, TOKENS.alice);
    await stage().redis.publish('lists', raw);
    expect(await alice.next('list')).toEqual([JSON.parse(raw)]);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('a target that names no user reaches no user', () => {
  test.each([
    ['null'],
    ['""'],
    ['[]'],
    ['[[]]'],
    ['{}'],
    ['{"7":7}'],
    ['true'],
    ['false'],
    ['"*"'],
    ['"all"'],
    ['" 7 "'],
    ['"07"'],
    ['"7.0"'],
    ['"user:7"'],
    ['"audience:anyone"'],
    ['"audience:authenticated"'],
    ['1.5'],
    ['"1e3"'],
    ['0'],
    ['-0'],
    ['-7'],
    ['"NaN"'],
    ['9007199254740993'],
    ['9007199254740992'],
    ['12345678901234567890'],
    ['"18446744073709551616"'],
    ['[null,"*",0,{}]'],
  ])('(%s)', async (target) => {
    const { gateway, redis } = stage();
    const others = await Promise.all([
      connectClient(gateway.url, TOKENS.alice),
      connectClient(gateway.url, TOKENS.big, { transports: ['polling'] }),
    ]);
    const before = await drops('anything');
    await redis.publish('anything', `{"to":${target}}`);
    await stage().allIsWell();
    for (const client of others) {
      await hearsNothingBefore(client);
      expect(client.received.filter(({ event }) => event !== 'pong')).toEqual([]);
    }
    expect(await drops('anything')).toEqual({ ...before, 'no-target': (before['no-target'] ?? 0) + 1 });
  });

  test('but a list with one bad item reaches the others', async () => {
    const alice = await connectClient(stage().gateway.url, TOKENS.alice);
    await stage().redis.publish('anything', `{"to":["*",${USERS.alice},null]}`);
    expect(await alice.next('anything')).toEqual([{ to: ['*', 7, null] }]);
  });
});

describe('20,000 messages that cannot be delivered', () => {
  test('do not keep the good ones among them from arriving, and are logged once a second', async () => {
    const { gateway, redis } = stage();
    const alice = await connectClient(gateway.url, TOKENS.alice);
    const linesBefore = droppedLines(gateway.log());
    const startedAt = performance.now();
    const sending: Promise<number>[] = [];
    for (let i = 0; i < 20_000; i += 1)
      sending.push(redis.publish('lists', i % 1000 === 0 ? `{"to":[7],"number":${i}}` : '{"canary-of-a-payload'));
    await Promise.all(sending);
    for (let i = 0; i < 20_000; i += 1000) expect(await alice.next('list')).toEqual([{ to: [7], number: i }]);
    const seconds = (performance.now() - startedAt) / 1000;
    expect(droppedLines(gateway.log()) - linesBefore).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
    expect(gateway.log()).not.toContain('canary');
  });
});

function droppedLines(log: string): number {
  return log.split('\n').filter((line) => line.includes('"message dropped"')).length;
}
