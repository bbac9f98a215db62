import { afterEach, describe, expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { openRaw } from './raw-client.ts';
import { useStage } from './stage.ts';

const stage = useStage();
afterEach(() => stage().allIsWell());

describe('before its CONNECT a client', () => {
  test.each([
    ['an event', '42["ping"]'],
    ['an ack', '430[]'],
    ['a DISCONNECT', '41'],
    ['an event for a namespace', '42/admin,["ping"]'],
    ['a list for CONNECT', '40[]'],
    ['a text for CONNECT', '40"token"'],
    ['null for CONNECT', '40null'],
    ['truncated JSON for CONNECT', '40{"token":'],
    ['bytes', new Uint8Array([4, 0])],
    ['nothing known', 'hello'],
  ])('that sends %s is closed', async (_, packet) => {
    const client = await openRaw(stage().gateway.url);
    client.send(packet);
    await expect(client.closed).resolves.toBeUndefined();
  });

  test.each(['/random', '/admin', '/__proto__', '/constructor', `/${'x'.repeat(99)}`, '/?token=x', '//'])(
    'that names the namespace %s is told that there is none',
    async (namespace) => {
      const client = await openRaw(stage().gateway.url);
      client.send(`40${namespace},{}`);
      const answer = String(await client.next());
      expect(answer.startsWith(`44${namespace},`)).toBe(true);
      expect(JSON.parse(answer.slice(namespace.length + 3))).toMatchObject({
        data: { code: 'namespace-unknown', retry: false },
      });
      client.send(`40${JSON.stringify({ token: TOKENS.alice })}`);
      expect(await client.next()).toMatch(/^40\{"sid"/);
    },
  );

  test.each([100, 10_000])('that names a namespace of %i characters more is closed, without its name', async (more) => {
    const client = await openRaw(stage().gateway.url);
    client.send(`40/${'x'.repeat(more)},{}`);
    await expect(Promise.race([client.closed, client.next()])).resolves.toBeUndefined();
  });

  test.each([
    ['recovery of another session', { pid: 'x', offset: 'y' }],
    ['opt-ins of a later day', { notices: true, resume: { news: '0-1' }, trace: true }],
    ['5,000 keys', Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, index]))],
    [
      '1,000 positions',
      { resume: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`r${i}`, { e: 'x', id: '-1' }])) },
    ],
    ['positions that are none', { resume: ['a', '-1', '99999999999999999999999-0', {}] }],
    ['a prototype', JSON.parse('{"__proto__":{"token":1},"constructor":{"prototype":{"token":1}}}')],
  ])('that adds %s to its token is let in as ever', async (_, more: object) => {
    const client = await openRaw(stage().gateway.url);
    client.send(`40${JSON.stringify({ ...more, token: TOKENS.alice })}`);
    expect(await client.next()).toMatch(/^40\{"sid":"[^"]+"\}$/);
    expect(await client.next()).toMatch(/^42\["connected",/);
  });
});
