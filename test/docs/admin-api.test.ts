import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { ADMIN_ENDPOINTS } from '../../src/http/admin-routes.ts';
import { stageAdmin } from '../http/admin-stage.ts';
import { readFeed } from '../http/feed-reader.ts';

const DOCS = await readFile('docs/admin-api.md', 'utf8');
const sections = new Map(
  DOCS.split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
);

function blocks(heading: string, language: string): string[] {
  const section = sections.get(heading) ?? '';
  return [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, of, text = '']) =>
    of === language ? text : [],
  );
}

/** The shape of an answer: keys with the types of their values, of each list the first item. */
function keysOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(keysOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, keysOf(inner)]));
}

/** The body that `curl … -d '…' <url>` sends. */
function bodyOf(command: string): string {
  return /-d '(.*)'/.exec(command)?.[1] ?? '';
}

describe('docs/admin-api.md', () => {
  const names = ADMIN_ENDPOINTS.map(({ method, path }) => `${method} ${path}`);

  test('lists each endpoint, and has a section for each', () => {
    const listed = [...DOCS.matchAll(/^\| `((?:GET|POST) [^`]+)` \|/gm)].map(([, name]) => name);
    expect(listed).toEqual(names);
    expect([...sections.keys()].filter((heading) => /^[A-Z]+ \//.test(heading))).toEqual(names);
  });

  test('shows the shape of the answers', async () => {
    const { gateway, redis, post } = await stageAdmin();
    const shown = (heading: string): unknown => JSON.parse(blocks(heading, 'json')[0] ?? '');
    const feed = await readFeed(gateway.url, '?payloads=1');
    await redis.publish('feature-status', { feature_id: 0, new_owner_id: 8 });
    expect(keysOf(await feed.next())).toMatchObject({
      at: 'string',
      channel: 'string',
      bytes: 'number',
      payload: 'string',
    });

    const { plan, refused: _, ...rest } = Object(shown('GET /admin/plan'));
    const { body } = await gateway.get('/admin/plan');
    const { routes } = Object(body);
    const { schema: __, ...route } = rest.routes[0];
    expect(keysOf({ ...Object(body), routes: [Object(routes)[1]] })).toMatchObject(
      Object(keysOf({ ...rest, plan, routes: [route] })),
    );

    const activity = await gateway.get('/admin/activity');
    const { lastMessageAt } = Object(activity.body).routes['feature-owners'];
    expect(lastMessageAt).toBeTypeOf('string');
    expect(keysOf(activity.body)).toMatchObject(Object(keysOf(shown('GET /admin/activity'))));

    const explained = await post('/admin/explain', bodyOf(blocks('POST /admin/explain', 'bash')[0] ?? ''));
    expect(explained.status).toBe(200);
    const { explanation: ___, ...documented } = Object(shown('POST /admin/explain'));
    expect(keysOf(explained.body)).toMatchObject(Object(keysOf(documented)));
  });

  test('shows a publish that works', async () => {
    const { post } = await stageAdmin();
    const body = bodyOf(blocks('POST /admin/publish', 'bash')[0] ?? '');
    expect(await post('/admin/publish', body)).toEqual({ status: 200, body: { receivers: 1 } });
  });

  test('shows a line of the feed', async () => {
    const { gateway, redis } = await stageAdmin();
    const line: unknown = JSON.parse(blocks('GET /admin/feed', 'json')[0] ?? '');
    const feed = await readFeed(gateway.url, '?payloads=1');
    await redis.publish('feature-status', Object(line).payload);
    const { at: _, outcomes, ...rest } = Object(line);
    const [{ recipients: __, ...outcome }] = outcomes;
    expect(await feed.next()).toMatchObject({ ...rest, outcomes: [{ ...outcome, outcome: 'not-here' }] });
  });
});
