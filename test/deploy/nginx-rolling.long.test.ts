import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { createClient } from '../support/client.ts';
import { untilReady } from '../support/gateway.ts';
import { freePort } from '../support/ports.ts';
import { runProgram, type Program } from '../support/program.ts';
import { startRedis } from '../support/redis-server.ts';
import { startNginx } from './nginx-stage.ts';
import { optionsFrom } from './two-gateways.ts';

const EACH = 50;
const PER_SECOND = 20;
/** Longer than nginx once left a gateway out that had refused a connection. */
const QUIET_SECONDS = 6;
const DRAIN_FOR = 4;

const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['n'],
  properties: { n: { type: 'integer' } },
};

async function routesFile(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'rolling-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await Promise.all(['config', 'schemas'].map((folder) => mkdir(join(root, folder))));
  await writeFile(join(root, 'schemas/number.json'), JSON.stringify(SCHEMA));
  const route = { schema: '../schemas/number.json', target: 'broadcast' };
  const routes = { kept: { event: 'kept', source: 'stream', ...route }, live: { event: 'live', ...route } };
  const file = join(root, 'config/routes.yaml');
  await writeFile(file, JSON.stringify({ version: 1, routes }));
  return file;
}

interface Member {
  isConnected(): boolean;
  /** For each time that it was cut off: whether it was told before. */
  readonly cuts: boolean[];
  /** Numbers that came by the durable route. */
  readonly kept: number[];
  /** Not as it should be: the same number twice on one connection, or a reset. */
  readonly faults: string[];
}

/** The client of docs/durable-routes.md, with notices and a memory. */
async function enter(url: string, index: number): Promise<Member> {
  const transports = index < EACH ? ['websocket'] : ['polling'];
  const positions: Record<string, { e: string; id: string }> = {};
  const keep = ({ route, e, id }: { route: string; e: string; id: string }): void =>
    void (positions[route] = { e, id });
  const auth = (give: (auth: object) => void): void => give({ token: TOKENS.alice, notices: true, resume: positions });
  const from = `127.0.${5 + (index % 5)}.${1 + Math.floor(index / 5)}`;
  const { socket, next } = createClient(url, {
    ...optionsFrom(from, { auth, transports, reconnectionDelay: 1000, reconnectionDelayMax: 2000 }),
  });
  const member: Member = { isConnected: () => socket.connected, cuts: [], kept: [], faults: [] };
  let isTold = false;
  let lastLive = 0;
  socket.on('connected', () => ([isTold, lastLive] = [false, 0]));
  socket.on('gateway:closing', () => (isTold = true));
  socket.on('disconnect', () => void member.cuts.push(isTold));
  socket.on('gateway:reset', (reset: object) => void member.faults.push(JSON.stringify(reset)));
  socket.on('gateway:position', keep);
  socket.on('kept', ({ n }: { n: number }, meta: { route: string; e: string; id: string }) => {
    member.kept.push(n);
    keep(meta);
  });
  socket.on('live', ({ n }: { n: number }) => {
    if (lastLive > 0 && n !== lastLive + 1) member.faults.push(`live ${lastLive} was followed by ${n}`);
    lastLive = n;
  });
  await next('connected');
  // From here on nothing of the durable route may be missing.
  await next('gateway:position');
  return member;
}

/** Publishes numbers by both routes; the last one so far. */
function publishAllTheTime(redis: Redis): { last(): number; stop(): void } {
  let n = 0;
  const publish = (): void => {
    n += 1;
    void redis.xadd('kept', '*', 'payload', JSON.stringify({ n }));
    void redis.publish('live', JSON.stringify({ n }));
  };
  const timer = setInterval(publish, 1000 / PER_SECOND);
  const stop = (): void => clearInterval(timer);
  onTestFinished(stop);
  return { last: () => n, stop };
}

test(
  'two gateways behind nginx are replaced one after the other: each client is cut off once by its own, and told; nothing durable is lost',
  { timeout: 240_000 },
  async () => {
    const [redis, auth, file] = await Promise.all([startRedis(), startAuth(), routesFile()]);
    const ports = [await freePort(), await freePort()] as const;
    const start = async (port: number): Promise<Program> => {
      const program = await runProgram({
        REDIS_URL: redis.url,
        AUTH_SERVICE_ADDR: auth.address,
        ROUTES_FILE: file,
        TRUST_PROXY: '127.0.0.0/8',
        MAX_CONNECTIONS_PER_USER: '0',
        PORT: String(port),
        PRE_DRAIN: '0',
        DRAIN_FOR: String(DRAIN_FOR),
      });
      await program.logged('gateway started');
      await untilReady(program);
      return program;
    };
    const gateways = [await start(ports[0]), await start(ports[1])];
    const url = await startNginx({ GATEWAY_1: `127.0.0.1:${ports[0]}`, GATEWAY_2: `127.0.0.1:${ports[1]}` });
    const publisher = new Redis(redis.url);
    onTestFinished(() => publisher.disconnect());
    const members = await Promise.all(Array.from({ length: 2 * EACH }, (_, index) => enter(url, index)));
    const cuts = (): number => members.reduce((sum, member) => sum + member.cuts.length, 0);
    const connected = (): number => members.filter((member) => member.isConnected()).length;
    const numbers = publishAllTheTime(publisher);
    const allHave = (n: number): boolean =>
      members.every(({ kept }) => kept.at(-1) !== undefined && (kept.at(-1) ?? 0) >= n);

    for (const [index, port] of ports.entries()) {
      const leaving = await gateways[index]?.metric('websocket_connections');
      const before = members.map((member) => member.cuts.length);
      const all = cuts();
      gateways[index]?.signal('SIGTERM');
      expect(await gateways[index]?.ended).toBe(0);
      gateways[index] = await start(port);
      await expect.poll(connected, { timeout: 30_000 }).toBe(members.length);
      const later = numbers.last() + QUIET_SECONDS * PER_SECOND;
      await expect.poll(() => allHave(later), { timeout: 40_000 }).toBe(true);

      expect(leaving).toBeGreaterThan(EACH / 4);
      expect(cuts() - all).toBe(leaving);
      expect(members.filter((member, at) => member.cuts.length - (before[at] ?? 0) > 1)).toEqual([]);
    }

    numbers.stop();
    const last = numbers.last();
    await expect.poll(() => allHave(last), { timeout: 30_000 }).toBe(true);
    const wanted = Array.from({ length: last }, (_, at) => at + 1);
    for (const { kept, cuts: told, faults } of members) {
      expect(kept).toEqual(wanted);
      expect(told).not.toContain(false);
      expect(faults).toEqual([]);
    }
  },
);
