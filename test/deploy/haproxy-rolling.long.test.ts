import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { untilReady } from '../support/gateway.ts';
import { freePort } from '../support/ports.ts';
import { runProgram, type Program } from '../support/program.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';
import { startBalancer } from './two-gateways.ts';

const SHIPPED = new URL('../../deploy/haproxy/haproxy.cfg', import.meta.url);
const CLIENTS = 240;
const PRE_DRAIN = 4;
const DRAIN_FOR = 4;
const PEOPLE = Object.values(TOKENS);
const TRANSPORTS = [['websocket'], ['websocket'], ['websocket'], ['polling'], ['polling', 'websocket']];

/** The shipped file, with a third gateway added as it says. */
async function withThird(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'haproxy-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const shipped = await readFile(SHIPPED, 'utf8');
  const file = join(folder, 'haproxy.cfg');
  await writeFile(file, `${shipped}    server gateway-3 "$GATEWAY_3" cookie 3\n`);
  return file;
}

interface Member {
  isConnected(): boolean;
  /** When it got in again, each time. */
  readonly returns: number[];
  /** What was not as it should be: a hole within one connection, or an event twice. */
  readonly faults: string[];
}

async function enter(url: string, index: number): Promise<Member> {
  const transports = TRANSPORTS[index % TRANSPORTS.length] ?? [];
  // As a stock client: one second, give or take a half, before it tries again.
  const options = { transports, withCredentials: true, reconnectionDelay: 1000, reconnectionDelayMax: 5000 };
  const { socket } = await connectClient(url, PEOPLE[index % PEOPLE.length] ?? '', options);
  const returns: number[] = [];
  const faults: string[] = [];
  let [last, isNew] = [0, true];
  socket.on('connected', () => {
    isNew = true;
    returns.push(performance.now());
  });
  socket.on('user-status-changed', ({ status }: { status: string }) => {
    const number = Number(status);
    if (isNew ? number <= last : number !== last + 1) faults.push(`${last} was followed by ${number}`);
    [last, isNew] = [number, false];
  });
  return { isConnected: () => socket.connected, returns, faults };
}

/** Publishes numbered events until the test is over. */
function publishAllTheTime(redis: RedisServer): void {
  let number = 0;
  const publish = (): void => void redis.publish('user-status', { user_id: 8, status: String((number += 1)) });
  const timer = setInterval(publish, 100);
  onTestFinished(() => clearInterval(timer));
}

/** Most of these times within one second. */
function mostInASecond(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((time) => time >= from && time < from + 1000).length));
}

interface Deployment {
  readonly url: string;
  readonly redis: RedisServer;
  readonly gateways: Program[];
  /** Starts what takes the place of the gateway at that index. */
  replace(index: number): Promise<void>;
}

async function deploy(): Promise<Deployment> {
  const [redis, auth, listen] = await Promise.all([startRedis(), startAuth(), freePort()]);
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const start = async (port: number): Promise<Program> => {
    const program = await runProgram({
      REDIS_URL: redis.url,
      AUTH_SERVICE_ADDR: auth.address,
      TRUST_PROXY: '127.0.0.1',
      PORT: String(port),
      PRE_DRAIN: String(PRE_DRAIN),
      DRAIN_FOR: String(DRAIN_FOR),
    });
    await program.logged('gateway started');
    await untilReady(program);
    return program;
  };
  const gateways = await Promise.all(ports.map(start));
  const addresses = Object.fromEntries(ports.map((port, index) => [`GATEWAY_${index + 1}`, `127.0.0.1:${port}`]));
  const environment = { ...addresses, LISTEN: `127.0.0.1:${listen}` };
  const url = await startBalancer('haproxy', ['-db', '-f', await withThird()], listen, environment);
  return {
    url,
    redis,
    gateways,
    replace: async (index) => void (gateways[index] = await start(ports[index] ?? 0)),
  };
}

test(
  'three gateways are replaced one after the other under load: all clients come back, no faster than they were sent away',
  { timeout: 180_000 },
  async () => {
    const { url, redis, gateways, replace } = await deploy();
    const members = await Promise.all(Array.from({ length: CLIENTS }, (_, index) => enter(url, index)));
    const connected = (): number => members.filter((member) => member.isConnected()).length;
    publishAllTheTime(redis);

    for (const [index, gateway] of [...gateways].entries()) {
      const leaving = await gateway.metric('websocket_connections');
      const before = members.map(({ returns }) => returns.length);
      gateway.signal('SIGTERM');
      expect(await gateway.ended).toBe(0);
      await replace(index);
      await expect.poll(connected, { timeout: 30_000 }).toBe(CLIENTS);

      const returns = members.flatMap((member, at) => member.returns.slice(before[at]));
      expect(leaving).toBeGreaterThan(CLIENTS / 6);
      expect(returns).toHaveLength(leaving);
      // Sent away all at once, all of them would be back within a second.
      expect(mostInASecond(returns)).toBeLessThan(leaving * 0.6);
    }

    const counts = await Promise.all(gateways.map((gateway) => gateway.metric('websocket_connections')));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(CLIENTS);
    expect(members.flatMap(({ faults }) => faults)).toEqual([]);
  },
);
