import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, hearsNothingBefore, type TestClient } from '../support/client.ts';
import { startGateway, untilReady, type TestGateway } from '../support/gateway.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';

/** What a balancer stands before, all of it real. */
export interface Site {
  readonly redis: RedisServer;
  readonly gateways: readonly [TestGateway, TestGateway];
  /** What both shipped configurations take from the environment. */
  readonly addresses: { readonly GATEWAY_1: string; readonly GATEWAY_2: string };
}

export async function startTwoGateways(): Promise<Site> {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const environment = { REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, TRUST_PROXY: '127.0.0.1' };
  const gateways = [await startGateway(environment), await startGateway(environment)] as const;
  await Promise.all(gateways.map((gateway) => untilReady(gateway)));
  const [one, two] = gateways;
  return {
    redis,
    gateways,
    addresses: { GATEWAY_1: `127.0.0.1:${one.port}`, GATEWAY_2: `127.0.0.1:${two.port}` },
  };
}

/** Resolves with the address for clients, once they get through to a gateway; the program ends with the test. */
export async function startBalancer(
  program: string,
  args: readonly string[],
  port: number,
  env: Record<string, string> = {},
): Promise<string> {
  const url = `http://127.0.0.1:${port}`;
  const balancer = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(balancer, 'close');
  let output = '';
  for (const stream of [balancer.stdout, balancer.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()));
  onTestFinished(async () => {
    balancer.kill('SIGTERM');
    await ended;
  });
  const tooSoon = ended.then(() => {
    throw new Error(`${program} ended: ${output}`);
  });
  await Promise.race([untilServing(url), tooSoon]);
  // It may end later on, when the test is over.
  tooSoon.catch(() => undefined);
  return url;
}

/** Resolves once this balancer lets someone through to a gateway that is ready. */
async function untilServing(url: string): Promise<void> {
  const ask = (): Promise<boolean> =>
    fetch(`${url}/health`).then(
      (response) => response.ok,
      () => false,
    );
  while (!(await ask())) await pause(25);
}

const TRANSPORTS = {
  polling: { transports: ['polling'] },
  websocket: { transports: ['websocket'] },
  /** As a stock client does by default. */
  upgrading: { transports: ['polling', 'websocket'] },
};
const PEOPLE = [TOKENS.alice, TOKENS.bob, TOKENS.carol, TOKENS.big];

export interface Crowd {
  readonly clients: readonly TestClient[];
  /** How often any of them lost its connection. */
  losses(): number;
}

/** Four clients that poll, four by websocket and four that begin with the one and end with the other. */
export async function connectCrowd(url: string): Promise<Crowd> {
  // Each from an address of its own: that all twelve hash to one gateway happens once in two thousand times.
  const connectAll = (transport: keyof typeof TRANSPORTS, net: number): Promise<TestClient[]> =>
    Promise.all(PEOPLE.map((token, i) => connectFrom(`127.0.${net}.${i + 1}`, url, token, TRANSPORTS[transport])));
  const polling = await connectAll('polling', 1);
  const websocket = await connectAll('websocket', 2);
  const upgrading = await connectAll('upgrading', 3);
  await Promise.all(upgrading.map(untilUpgraded));
  const clients = [...polling, ...websocket, ...upgrading];
  let losses = 0;
  for (const { socket } of clients) socket.on('disconnect', () => (losses += 1));
  return { clients, losses: () => losses };
}

function connectFrom(localAddress: string, url: string, token: string, transport: object): Promise<TestClient> {
  return connectClient(url, token, optionsFrom(localAddress, transport));
}

/** For a client that comes from an address of its own, and keeps cookies. */
export function optionsFrom<T extends object>(localAddress: string, others: T): T {
  const agent = new Agent({ keepAlive: true, localAddress });
  onTestFinished(() => agent.destroy());
  // For the balancer's cookie: in Node the client keeps cookies only with this (engine.io-client 6.6 and later), in a
  // browser it sends them to another origin only with this.
  const options = { ...others, withCredentials: true };
  // Its type says string or boolean; in Node it is handed to http.request.
  Reflect.set(options, 'agent', agent);
  return options;
}

async function untilUpgraded({ socket }: TestClient): Promise<void> {
  const { engine } = socket.io;
  if (engine.transport.name === 'polling') await new Promise((resolve) => engine.once('upgrade', resolve));
}

/** How many clients each gateway has. */
export async function spread({ gateways }: Site): Promise<number[]> {
  return Promise.all(gateways.map(clientsOf));
}

/** Polling requests that came to an instance which does not know their session. */
export async function strayRequests({ gateways }: Site): Promise<number> {
  const series = 'websocket_connections_failed_total{rejection="session-unknown"}';
  const counts = await Promise.all(gateways.map((gateway) => gateway.metric(series)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Stops the first gateway and resolves with how many clients it had, once all are on the second. */
export async function stopFirst({ gateways: [first, second] }: Site, { clients }: Crowd): Promise<number> {
  const moving = await clientsOf(first);
  await first.stop();
  while ((await clientsOf(second)) !== clients.length) await pause(25);
  return moving;
}

function clientsOf(gateway: TestGateway): Promise<number> {
  return gateway.metric('websocket_connections');
}

let published = 0;

/** Publishes a few events; each client hears each of them, once. */
export async function hearEachEventOnce(redis: RedisServer, { clients }: Crowd): Promise<void> {
  const events = Array.from({ length: 5 }, () => ({ user_id: 8, status: `online ${(published += 1)}` }));
  for (const event of events) await redis.publish('user-status', event);
  await Promise.all(clients.map((client) => hearsOnce(client, events)));
}

async function hearsOnce(client: TestClient, events: readonly object[]): Promise<void> {
  for (const event of events) expect(await client.next('user-status-changed')).toEqual([event]);
  const count = statusesOf(client).length;
  await hearsNothingBefore(client);
  expect(statusesOf(client)).toHaveLength(count);
  expect(statusesOf(client).slice(-events.length)).toEqual(events.map((event) => [event]));
}

function statusesOf({ received }: TestClient): unknown[][] {
  return received.filter(({ event }) => event === 'user-status-changed').map(({ args }) => args);
}
