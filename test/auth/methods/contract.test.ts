import { describe, expect, onTestFinished, test } from 'vitest';
import { createAuth, type Auth, type AuthOptions } from '../../../src/auth/auth.ts';
import type { AuthOutcome, AuthTrace } from '../../../src/auth/auth-trace.ts';
import type { AnswerSource } from '../../../src/auth/token-answer.ts';
import { USER_IDS } from '../../../src/routes/user-id.ts';
import { recordingTrace } from '../checker.ts';
import { startFaultyService } from '../faulty-service.ts';
import { AUDIENCE, edPair, ISSUER, jwkOf, now, payloadOf, startKeyServer, tokenOf } from '../jwt/issuer.ts';
import { startHttpService } from './http-service.ts';

/** What a service of the test does; `up` answers. */
type State = 'up' | 'down' | 'hang';

/** A method with its service, or its source of keys. */
interface Stage {
  readonly options: Pick<AuthOptions, 'jwt' | 'grpc' | 'http'>;
  /** A valid token; user, organisation and expiry are written into it. */
  token(user: string, expiry?: number): string;
  readonly badToken: string;
  /** How often the service was asked about a token. */
  asked(): number;
  set(state: State): void;
}

const EXPIRY = now() + 600;
/** Tokens of services hold their answer: `user:expiry`. */
const opaque = (user: string, expiry = EXPIRY): string => `${user}:${expiry}`;
const BAD = 'bad';

async function grpcStage(): Promise<Stage> {
  let [state, asked] = ['up' as State, 0];
  const { address } = await startFaultyService(({ request: { token } }, reply) => {
    asked += 1;
    if (state === 'down') return reply({ code: 14, details: 'down' });
    if (state === 'hang') return;
    const [user = '', expiry = '0'] = token.split(':');
    if (token === BAD) return reply(null, { valid: false });
    reply(null, { valid: true, subject: user, expires_at: expiry, claims: { orgs: { values: ['9'] } } });
  });
  return {
    options: { grpc: { address, deadline: DEADLINE } },
    token: opaque,
    badToken: BAD,
    asked: () => asked,
    set: (next) => void (state = next),
  };
}

async function httpStage(): Promise<Stage> {
  let state: State = 'up';
  const { url, seen } = await startHttpService(({ body }) => {
    if (state === 'hang') return 'hang';
    if (state === 'down') return { status: 503 };
    const token = new URLSearchParams(body).get('token') ?? '';
    const [user = '', expiry] = token.split(':');
    const answer = `{"active":true,"sub":${/^\d+$/.test(user) ? user : JSON.stringify(user)},"exp":${expiry},"orgs":9}`;
    return { status: 200, body: token === BAD ? '{"active":false}' : answer };
  });
  const rules = { style: 'introspection', user: ['sub'], claims: new Map() } as const;
  return {
    options: { http: { url, caFile: undefined, rules, deadline: DEADLINE } },
    token: opaque,
    badToken: BAD,
    asked: () => seen.length,
    set: (next) => void (state = next),
  };
}

const KEY = edPair('one');

async function jwtStage(): Promise<Stage> {
  const keys = await startKeyServer({ keys: [jwkOf(KEY)] });
  const rules = { issuer: ISSUER, audience: AUDIENCE, user: ['sub'], claims: new Map(), maxAge: 86_400 };
  const token = (user: string, expiry = EXPIRY): string => {
    const sub = /^\d{1,15}$/.test(user) ? Number(user) : user;
    return tokenOf(KEY, payloadOf({ sub, exp: expiry, orgs: 9, jti: Math.random() }));
  };
  return {
    options: { jwt: { rules, origin: { kind: 'url', url: keys.url, caFile: undefined } } },
    token,
    badToken: tokenOf(edPair('one')),
    asked: () => keys.requests.length,
    set: (state) => void (keys.answer = { up: { keys: [jwkOf(KEY)] }, down: 503, hang: HANG }[state]),
  };
}

/** A body that never ends is as good as none. */
const HANG = 'hang';
const DEADLINE = 400;
/** For the machine, in milliseconds. */
const SLACK = 2500;
const NETWORK = '192.0.2.1';

function open({ options }: Stage, lifetime = 30_000): Auth & { sources: AnswerSource[] } {
  const sources: AnswerSource[] = [];
  const trace: AuthTrace = { ...recordingTrace(), answeredBy: (source) => void sources.push(source) };
  const auth = createAuth({
    ...options,
    identity: { userIds: USER_IDS.uint64, claims: () => ['orgs'] },
    anonymousAllowed: false,
    cacheLifetime: lifetime,
    events: {
      started: () => trace,
      notReached() {},
      reached() {},
      keysFailed() {},
      keysLoaded() {},
      revocationsFailed() {},
    },
  });
  onTestFinished(() => auth.close());
  return { ...auth, sources };
}

const codeOf = (outcome: AuthOutcome): unknown => (outcome.kind === 'rejected' ? outcome.rejection.code : outcome.kind);

describe.each([
  ['grpc', grpcStage],
  ['http', httpStage],
  ['jwt', jwtStage],
] as const)('the method %s', (name, stage) => {
  test('says who a token belongs to, its claims and its expiry', async () => {
    const one = await stage();
    const { authenticator } = open(one);
    expect(await authenticator.identify(one.token('7'), NETWORK)).toMatchObject({
      kind: 'accepted',
      identity: { user: '7', claims: new Map([['orgs', ['9']]]), expiresAt: EXPIRY * 1000 },
    });
  });

  test('refuses a bad token finally, and one without a user id', async () => {
    const one = await stage();
    const { authenticator } = open(one);
    expect(await authenticator.identify(one.badToken, NETWORK)).toMatchObject({
      rejection: { code: 'token-invalid', retry: false },
    });
    expect(await authenticator.identify(one.token('ada'), NETWORK)).toMatchObject({
      rejection: { code: 'no-user-id', retry: false },
    });
  });

  test('takes an id beyond 2^53 for that user, and never for a neighbour', async () => {
    const one = await stage();
    const { authenticator } = open(one);
    expect(await authenticator.identify(one.token('9007199254740993'), NETWORK)).toMatchObject({
      identity: { user: '9007199254740993' },
    });
  });

  test('checks a token once for a hundred clients that connect together, and then serves it from the cache', async () => {
    const one = await stage();
    const { authenticator, sources } = open(one);
    const token = one.token('7');
    await Promise.all(Array.from({ length: 100 }, () => authenticator.identify(token, NETWORK)));
    await authenticator.identify(token, NETWORK);
    expect(sources.filter((source) => source === 'service')).toHaveLength(1);
    expect(sources.at(-1)).toBe('cache');
    expect(one.asked()).toBe(1);
  });

  test('never refuses a token finally while it cannot answer, and accepts it afterwards', async () => {
    const one = await stage();
    one.set('down');
    const { authenticator } = open(one);
    const token = one.token('7');
    for (const each of [token, one.badToken])
      expect(await authenticator.identify(each, NETWORK)).toMatchObject({
        rejection: { code: 'auth-unavailable', retry: true },
      });
    one.set('up');
    await expect
      .poll(async () => codeOf(await authenticator.identify(token, NETWORK)), { timeout: 10_000, interval: 200 })
      .toBe('accepted');
  });

  test('answers within its deadline if the service hangs', async () => {
    const one = await stage();
    one.set('hang');
    const { authenticator } = open(one);
    const startedAt = performance.now();
    const outcome = await authenticator.identify(one.token('7'), NETWORK);
    expect(outcome).toMatchObject({ rejection: { code: 'auth-unavailable', retry: true } });
    expect(performance.now() - startedAt).toBeLessThan((name === 'jwt' ? 2000 : DEADLINE) + SLACK);
  });

  test('does not serve a cached answer after a revocation of the user, nor one older than a revalidation allows', async () => {
    const one = await stage();
    const { authenticator, revocations, sources } = open(one);
    const token = one.token('7');
    await authenticator.identify(token, NETWORK);
    revocations.revoke(['7']);
    expect(codeOf(await authenticator.identify(token, NETWORK))).toBe('accepted');
    await authenticator.revalidate({ token, network: NETWORK }, performance.now());
    expect(sources).toEqual(['service', 'service', 'service']);
  });

  test('does not serve a cached answer after the expiry of the token', async () => {
    const one = await stage();
    const { authenticator, sources } = open(one);
    const token = one.token('7', now() - 5);
    await authenticator.identify(token, NETWORK);
    await authenticator.identify(token, NETWORK);
    expect(sources).toEqual(['service', 'service']);
  });

  test('of which the answer is overtaken by a revocation is asked again', async () => {
    const one = await stage();
    const { authenticator, revocations } = open(one);
    const deciding = authenticator.identify(one.token('7'), NETWORK);
    revocations.revoke(['7']);
    expect(codeOf(await deciding)).toBe('accepted');
    // Of a JWT the keys are loaded once.
    expect(one.asked()).toBe(name === 'jwt' ? 1 : 2);
  });
});
