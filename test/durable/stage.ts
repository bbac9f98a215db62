import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { createClient, type TestClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';

export const NEWS_SCHEMA = {
  type: 'object',
  required: ['to', 'n'],
  properties: { to: { type: ['integer', 'string'] }, n: { type: 'integer' } },
};

export type Meta = { readonly route: string; readonly e: string; readonly id: string };
type StartedGateway = Awaited<ReturnType<typeof startGateway>>;

/** A Redis with streams, and as many gateways as a test asks for. */
export interface DurableStage {
  readonly redis: RedisServer;
  /** For XADD and the like. */
  readonly commands: Redis;
  readonly file: string;
  readonly environment: Record<string, string>;
  gateway(): Promise<StartedGateway>;
  /** Adds `{ to, n }` to the stream. */
  add(n: number, to?: number, more?: Record<string, string>): Promise<string>;
  /** @param resume positions by route; nothing for a client that does not ask for any. */
  client(url: string, resume?: Readonly<Record<string, unknown>>): TestClient;
}

/** The route `news`, for the user in `to`, from the stream `news`, with these additional lines of YAML. */
export function newsRoute(lines: string): string {
  return `version: 1
routes:
  news:
    event: news
    schema: ../schemas/news.json
    target: { user: to }
${lines.replaceAll(/^/gm, '    ')}
`;
}

export async function stageDurable(lines = 'source: stream', args: string[] = []): Promise<DurableStage> {
  const [redis, auth] = await Promise.all([startRedis({ args }), startAuth()]);
  const root = mkdtempSync(join(tmpdir(), 'durable-'));
  const commands = new Redis(redis.port, '127.0.0.1');
  commands.on('error', () => undefined);
  onTestFinished(() => {
    commands.disconnect();
    rmSync(root, { recursive: true });
  });
  for (const folder of ['config', 'schemas']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'schemas/news.json'), JSON.stringify(NEWS_SCHEMA));
  const file = join(root, 'config/routes.yaml');
  writeFileSync(file, newsRoute(lines));
  const environment = { REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, ROUTES_FILE: file };
  return {
    redis,
    commands,
    file,
    environment,
    async gateway() {
      const gateway = await startGateway(environment);
      await untilReady(gateway);
      return gateway;
    },
    add: async (n, to = 7, more = {}) =>
      String(await commands.xadd('news', '*', 'payload', JSON.stringify({ to, n }), ...Object.entries(more).flat())),
    client: (url, resume) => createClient(url, { auth: { token: TOKENS.alice, ...(resume && { resume }) } }),
  };
}

/** Numbers of the news received so far, in order. */
export function numbersOf({ received }: TestClient): unknown[] {
  return received.flatMap(({ event, args }) => (event === 'news' ? [numberIn(args[0])] : []));
}

function numberIn(payload: unknown): unknown {
  return typeof payload === 'object' && payload !== null && 'n' in payload ? payload.n : undefined;
}

/** The position in an event or a notice. */
export function metaOf(value: unknown): Meta {
  if (typeof value !== 'object' || value === null || !('route' in value) || !('e' in value) || !('id' in value))
    throw new Error(`no position: ${JSON.stringify(value)}`);
  return { route: String(value.route), e: String(value.e), id: String(value.id) };
}
