import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { TOKENS, USERS } from '../support/auth-service.ts';
import { createClient, type TestClient } from '../support/client.ts';
import { stageSockets, type SocketStage } from '../sockets/stage.ts';
import { startFaultyService, type ValidateToken } from './faulty-service.ts';

const BYSTANDERS: Readonly<Record<string, string>> = { [TOKENS.bob]: USERS.bob, [TOKENS.carol]: USERS.carol };

/** Valid tokens are `good-…`, those of an attacker `<what>-…`; the service fails as their first word says. */
const service: ValidateToken = (call, reply) => {
  const { token } = call.request;
  const [kind = '', n = ''] = token.split('-');
  const user = kind === 'good' ? String(1000 + Number(n)) : BYSTANDERS[token];
  if (user !== undefined) return reply(null, { valid: true, user_id: user });
  if (kind === 'nobody') return reply(null, { valid: true });
  if (kind === 'bad') return reply(null, { valid: false });
  const code = Object.entries(status).find(([name]) => name === kind)?.[1];
  if (typeof code === 'number') return reply({ code });
  // A slow-loris token: no answer at all.
};

/** An attacker that connects again and again, until the end of the test. */
function attack({ gateway }: SocketStage, perSecond: number, attempt: (n: number) => { token: string; from: string }) {
  const clients: TestClient[] = [];
  const timer = setInterval(() => {
    const { token, from } = attempt(clients.length);
    const options = { auth: { token }, extraHeaders: { 'X-Forwarded-For': from }, reconnection: false };
    clients.push(createClient(gateway.url, options, () => undefined));
  }, 1000 / perSecond);
  onTestFinished(() => {
    clearInterval(timer);
    for (const { socket } of clients) socket.disconnect();
  });
  return { made: () => clients.length };
}

/** The refusals of ten users, none of which was refused. */
const AT_FIRST_TRY = Array.from({ length: 10 }, () => 0);

/** Connects honest users one after the other. @returns how often each was refused before it was admitted. */
async function honestUsers({ gateway }: SocketStage, from: (n: number) => string): Promise<number[]> {
  const refusals = AT_FIRST_TRY.map(async (_, n) => {
    await new Promise((resolve) => setTimeout(resolve, n * 250));
    const client = createClient(gateway.url, {
      auth: { token: `good-${n}` },
      transports: [n % 3 === 2 ? 'polling' : 'websocket'],
      extraHeaders: { 'X-Forwarded-For': from(n) },
    });
    let errors = 0;
    client.socket.on('connect_error', () => (errors += 1));
    client.socket.on('disconnect', () => (errors += 1));
    await client.next('connected');
    return errors;
  });
  return Promise.all(refusals);
}

const ELSEWHERE = (n: number): string => `192.0.2.${n}`;
const ATTACKER = '203.0.113.66';
const at =
  (token: (n: number) => string, from: (n: number) => string = () => ATTACKER) =>
  (n: number) => ({
    token: token(n),
    from: from(n),
  });

describe.each(['gateway', 'socket.io'])('attackers without a valid token (%s)', { timeout: 40_000 }, (webSockets) => {
  let staged: SocketStage;
  const stops: (() => void | Promise<void>)[] = [];
  const finished = (stop: () => void | Promise<void>): void => void stops.push(stop);
  beforeAll(async () => {
    const { address } = await startFaultyService(service, finished);
    const settings = {
      AUTH_SERVICE_ADDR: address,
      TRUST_PROXY: 'loopback',
      WEBSOCKET_SERVER: webSockets,
      AUTH_CACHE_TTL: '0',
    };
    staged = await stageSockets(settings, finished);
  });
  // The attackers of two tests are two networks, which together could open the breaker.
  beforeEach(async () => {
    while ((await staged.gateway.metric('gateway_auth_calls_under_way')) > 0);
    await createClient(staged.gateway.url, { auth: { token: 'good-99' } }, finished).next('connected');
  });
  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  test.each([
    ['an invalid token', 10, at(() => 'bad')],
    ['a token that the service calls malformed', 10, at(() => 'INVALID_ARGUMENT')],
    ['a token at which the service fails', 10, at(() => 'INTERNAL')],
    ['many tokens at which the service fails', 10, at((n) => `INTERNAL-${n}`)],
    ['tokens that are refused by a policy', 10, at((n) => `PERMISSION_DENIED-${n}`)],
    ['a token of no user', 10, at(() => 'nobody')],
    ['many tokens of no user', 10, at((n) => `nobody-${n}`)],
    ['a token that is never answered', 3, at(() => 'loris')],
    ['many tokens that are never answered', 10, at((n) => `loris-${n}`)],
    [
      'many tokens at which the service fails, from one /64',
      20,
      at(
        (n) => `UNKNOWN-${n}`,
        (n) => `2001:db8:0:1::${n.toString(16)}`,
      ),
    ],
  ])('with %s keep no user out, not even once', async (_, perSecond, attempt) => {
    const { made } = attack(staged, perSecond, attempt);
    expect(await honestUsers(staged, ELSEWHERE)).toEqual(AT_FIRST_TRY);
    expect(made()).toBeGreaterThan(5);
    await staged.allIsWell();
  });

  test.each([
    ['tokens at which the service fails', 10, at((n) => `INTERNAL-${n}`)],
    ['tokens that are never answered', 3, at((n) => `loris-${n}`)],
  ])('with %s keep no user out who has the same address', async (_, perSecond, attempt) => {
    attack(staged, perSecond, attempt);
    expect(await honestUsers(staged, () => ATTACKER)).toEqual(AT_FIRST_TRY);
    await staged.allIsWell();
  });
});
