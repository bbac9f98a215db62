import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { startSampleAuthService } from '../../src/auth/sample-service.ts';
import { freePort } from '../../demo/ports.ts';
import { spawnRedisServer, untilReady } from '../../demo/redis-server.ts';
import { fromRedisId } from '../../src/durable/position.ts';
import { openLedgerClient, type LedgerClient } from './ledger-client.ts';

export interface LedgerOptions {
  readonly seconds: number;
  readonly ring: number;
  /** Entries that the streams keep. */
  readonly kept: number;
  readonly perSecond: number;
  readonly clients: number;
}

export interface LedgerReport {
  readonly expected: number;
  readonly lostInSilence: number;
  readonly lostAnnounced: number;
  readonly duplicates: number;
  readonly outOfOrder: number;
  readonly misdelivered: number;
  readonly repeats: number;
  readonly resets: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly moves: number;
  readonly redisKills: number;
  readonly replays: number;
  readonly replayP50: number;
  readonly replayP99: number;
}

interface Entry {
  readonly route: string;
  readonly id: string;
  readonly to?: string;
}

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const GATEWAYS = 3;
const SCHEMA = { type: 'object', required: ['n'], properties: { n: { type: 'integer' }, to: { type: 'string' } } };

const routes = (ring: number): string => `version: 1
routes:
  some:
    source: { ring: { entries: ${ring} }, replay: { events: 20000 }, position_every: 1 }
    event: one-number
    schema: ../schemas/number.json
    target: { user: "to?" }
  all:
    source: { ring: { entries: ${ring} }, replay: { events: 20000, bytes: 10000000 }, position_every: 1 }
    event: number
    schema: ../schemas/number.json
    target: broadcast
`;

/** Built gateways under random kills, clients that return to any of them, and every entry accounted for. */
export async function runLedger(options: LedgerOptions): Promise<LedgerReport> {
  const root = mkdtempSync(join(tmpdir(), 'ledger-'));
  const users = Array.from({ length: 10 }, (_, index) => String(index + 1));
  const auth = await startSampleAuthService(new Map(users.map((user) => [`${user}|${'x'.repeat(40)}`, user])));
  const redisPort = await freePort();
  const server = spawnRedisServer(redisPort, []);
  await untilReady(server);
  const redis = new Redis(redisPort, '127.0.0.1');
  for (const folder of ['config', 'schemas']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'schemas/number.json'), JSON.stringify(SCHEMA));
  writeFileSync(join(root, 'config/routes.yaml'), routes(options.ring));
  const ports = await Promise.all(Array.from({ length: GATEWAYS }, () => freePort()));
  const start = (port: number): ChildProcess =>
    spawn(process.execPath, [MAIN, 'start'], {
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        LOG_LEVEL: 'silent',
        PORT: String(port),
        REDIS_URL: `redis://127.0.0.1:${redisPort}`,
        AUTH_SERVICE_ADDR: auth.address,
        ROUTES_FILE: join(root, 'config/routes.yaml'),
      },
    });
  const running = new Map(ports.map((port) => [port, start(port)]));
  await Promise.all(ports.map(untilHealthy));
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const clients = Array.from({ length: options.clients }, (_, index) => {
    const user = users[index % users.length] ?? '1';
    return openLedgerClient(() => urls, user, `${user}|${'x'.repeat(40)}`);
  });
  try {
    await until(() => clients.every(({ firstPosition }) => firstPosition.size === 2));
    const entries: Entry[] = [];
    const faults = { kills: 0, moves: 0, redisKills: 0 };
    const stopFaults = inflict(options, { redis, running, start, clients, faults });
    await publish(redis, options, users, entries);
    await stopFaults();
    await Promise.all(ports.map(untilHealthy));
    await publish(redis, { ...options, seconds: 0.1 }, users, entries);
    const ends = new Map(entries.map(({ route, id }) => [route, id]));
    await until(() => clients.every(({ last }) => [...ends].every(([route, id]) => (last.get(route)?.id ?? '') >= id)));
    return { ...judge(entries, clients), ...faults };
  } finally {
    for (const { socket } of clients) socket.disconnect();
    redis.disconnect();
    for (const child of [...running.values(), server]) child.kill('SIGKILL');
    auth.stop();
    rmSync(root, { recursive: true });
  }
}

async function publish(
  redis: Redis,
  { seconds, perSecond, kept }: LedgerOptions,
  users: readonly string[],
  entries: Entry[],
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (let n = 0; performance.now() < end || n < 2; n += 1) {
    const route = n % 3 === 0 ? 'all' : 'some';
    const to = users[n % users.length] ?? '1';
    const payload = JSON.stringify(route === 'all' ? { n } : { n, to });
    const id = await redis.xadd(route, 'MAXLEN', '~', kept, '*', 'payload', payload);
    entries.push({ route, id: fromRedisId(String(id)), ...(route === 'some' && { to }) });
    if (n % 10 === 9) await pause(10_000 / perSecond);
  }
}

interface Stage {
  readonly redis: Redis;
  readonly running: Map<number, ChildProcess>;
  readonly start: (port: number) => ChildProcess;
  readonly clients: readonly LedgerClient[];
  readonly faults: { kills: number; moves: number; redisKills: number };
}

function inflict(_: LedgerOptions, { redis, running, start, clients, faults }: Stage): () => Promise<void> {
  const work = new Set<Promise<void>>();
  const every = (ms: number, act: () => Promise<void>): NodeJS.Timeout =>
    setInterval(() => {
      const done = act().finally(() => work.delete(done));
      work.add(done);
    }, ms);
  const timers = [
    every(5000, async () => {
      const [port, child] = anyOf([...running]) ?? [];
      if (port === undefined || child === undefined) return;
      child.kill('SIGKILL');
      faults.kills += 1;
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      // A supervisor takes a moment to start a process again.
      await pause(500);
      running.set(port, start(port));
    }),
    every(400, async () => {
      anyOf(clients)?.move();
      faults.moves += 1;
    }),
    every(6500, async () => {
      const list = String(await redis.client('LIST'));
      for (const [, id = ''] of list.matchAll(/id=(\d+) .*name=websocket-gateway/g))
        await redis.client('KILL', 'ID', id);
      faults.redisKills += 1;
    }),
  ];
  return async () => {
    for (const timer of timers) clearInterval(timer);
    await Promise.all(work);
  };
}

function judge(entries: readonly Entry[], clients: readonly LedgerClient[]) {
  let [expected, lostInSilence, lostAnnounced] = [0, 0, 0];
  for (const { user, firstPosition, handled, resetUpTo } of clients)
    for (const { route, id, to } of entries) {
      if ((to !== undefined && to !== user) || id <= (firstPosition.get(route) ?? '')) continue;
      expected += 1;
      if (handled.has(`${route} ${id}`)) continue;
      if (id <= (resetUpTo.get(route) ?? '')) lostAnnounced += 1;
      else lostInSilence += 1;
    }
  const sum = (of: (client: LedgerClient) => number): number =>
    clients.reduce((total, client) => total + of(client), 0);
  const resets: Record<string, number> = {};
  for (const reason of clients.flatMap((client) => client.resets)) resets[reason] = (resets[reason] ?? 0) + 1;
  const replays = clients.flatMap((client) => client.replays).toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round((replays[Math.floor(replays.length * share)] ?? 0) * 10) / 10;
  return {
    expected,
    lostInSilence,
    lostAnnounced,
    duplicates: sum(({ duplicates }) => duplicates),
    outOfOrder: sum(({ outOfOrder }) => outOfOrder),
    misdelivered: sum(({ misdelivered }) => misdelivered),
    repeats: sum(({ repeats }) => repeats),
    resets,
    replays: replays.length,
    replayP50: at(0.5),
    replayP99: at(0.99),
  };
}

async function untilHealthy(port: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    if (answer?.status === 200) return;
    await pause(100);
  }
}

async function until(isSo: () => boolean): Promise<void> {
  const patience = AbortSignal.timeout(30_000);
  while (!isSo() && !patience.aborted) await pause(100);
}

function anyOf<T>(list: readonly T[]): T | undefined {
  return list[Math.floor(Math.random() * list.length)];
}
