import { describe, expect, onTestFinished, test } from 'vitest';
import { createHttpChecker, type HttpRules } from '../../../src/auth/methods/http/checker.ts';
import type { IdentityRules } from '../../../src/auth/identity.ts';
import type { ServiceFailure } from '../../../src/auth/service-failure.ts';
import type { TokenAnswer } from '../../../src/auth/token-answer.ts';
import { USER_IDS } from '../../../src/routes/user-id.ts';
import { DEFAULT_RULES, recordingTrace } from '../checker.ts';
import { startHttpService, type HttpAnswer, type SeenRequest } from './http-service.ts';

const BEARER: HttpRules = { style: 'bearer', user: ['id'], claims: new Map() };
const INTROSPECTION: HttpRules = {
  style: 'introspection',
  user: ['sub'],
  claims: new Map(),
  client: { id: 'gate way', secret: 'p:ss' },
};

interface Ran {
  readonly answer: TokenAnswer;
  readonly seen: readonly SeenRequest[];
  readonly failures: readonly ServiceFailure[];
}

async function run(reply: HttpAnswer, rules = BEARER, identity: IdentityRules = DEFAULT_RULES): Promise<Ran> {
  const { url, seen } = await startHttpService(() => reply);
  const failures: ServiceFailure[] = [];
  const health = { answered() {}, failed: (failure: ServiceFailure) => void failures.push(failure) };
  const checker = createHttpChecker({ url, caFile: undefined, rules, identity, health, deadline: 300 });
  onTestFinished(() => checker.close());
  return { answer: await checker.check('a+b/c=', recordingTrace({ traceparent: 'here' })), seen, failures };
}

const json = (value: unknown, status = 200): HttpAnswer => ({ status, body: JSON.stringify(value) });
const user = (id: string): TokenAnswer => ({ kind: 'valid', identity: { user: id } });
const INVALID: TokenAnswer = { kind: 'invalid' };

describe('an endpoint that is asked as the client itself', () => {
  test('gets the token as a bearer, and the trace', async () => {
    const { seen } = await run(json({ id: 7 }));
    expect(seen).toMatchObject([
      { method: 'GET', headers: { authorization: 'Bearer a+b/c=', accept: 'application/json', traceparent: 'here' } },
    ]);
  });

  test.each<[string, HttpAnswer, TokenAnswer]>([
    ['200 with an id', json({ id: 7, name: 'Ada' }), user('7')],
    ['200 with an id as text', json({ id: '7' }), user('7')],
    [
      '200 with an id that JSON readers round',
      { status: 200, body: '{"id":9007199254740993}' },
      user('9007199254740993'),
    ],
    ['200 with an id beyond 2^64', { status: 200, body: '{"id":18446744073709551616}' }, { kind: 'no-user-id' }],
    ['200 without an id', json({ data: { id: 7 } }), { kind: 'no-user-id' }],
    ['200 with user 0', json({ id: 0 }), { kind: 'no-user-id' }],
    ['401', json({ message: 'Unauthenticated.' }, 401), INVALID],
    ['403', { status: 403, body: 'no' }, INVALID],
    ['404', { status: 404 }, { kind: 'unavailable', cause: 'HTTP_404', answered: true }],
    ['429', { status: 429 }, { kind: 'unavailable', cause: 'HTTP_429' }],
    ['500', json({ id: 7 }, 500), { kind: 'unavailable', cause: 'HTTP_500' }],
    ['503', { status: 503 }, { kind: 'unavailable', cause: 'HTTP_503' }],
    ['204', { status: 204 }, { kind: 'unavailable', cause: 'HTTP_204' }],
    ['200 with a page', { status: 200, body: '<html>login</html>' }, { kind: 'unavailable', cause: 'HTTP_200' }],
    ['200 with a list', json([{ id: 7 }]), { kind: 'unavailable', cause: 'HTTP_200' }],
    [
      '200 with more than 64 KiB',
      json({ id: 7, pad: 'x'.repeat(70_000) }),
      { kind: 'unavailable', cause: 'UNAVAILABLE' },
    ],
    ['nothing', 'hang', { kind: 'unavailable', cause: 'DEADLINE_EXCEEDED' }],
  ])('%s', async (_, reply, answer) => {
    expect((await run(reply)).answer).toEqual(answer);
  });

  test('that redirects cannot answer: the token is not sent on, and the log names the place without its query', async () => {
    const { answer, seen, failures } = await run({
      status: 302,
      headers: { location: 'https://login.example.com/?next=secret' },
    });
    expect(answer).toEqual({ kind: 'unavailable', cause: 'HTTP_302', answered: true });
    expect(seen).toHaveLength(1);
    expect(failures[0]?.words).toBe('HTTP status 302, a redirect to https://login.example.com/, which is not followed');
  });

  test('has ids and claims where the settings say', async () => {
    const rules = { ...BEARER, user: ['data', 'uuid'], claims: new Map([['roles', ['data', 'roles']]]) };
    const identity = { userIds: USER_IDS.text, claims: () => ['roles', 'orgs'] };
    const { answer } = await run(json({ data: { uuid: 'u-1', roles: ['staff'] }, orgs: [1, 2] }), rules, identity);
    expect(answer).toEqual({
      kind: 'valid',
      identity: {
        user: 'u-1',
        claims: new Map([
          ['roles', ['staff']],
          ['orgs', ['1', '2']],
        ]),
      },
    });
  });
});

describe('an introspection endpoint', () => {
  test('gets the token in a form, and the credentials of the gateway', async () => {
    const { seen } = await run(json({ active: true, sub: '7' }), INTROSPECTION);
    expect(seen).toMatchObject([
      {
        method: 'POST',
        body: 'token=a%2Bb%2Fc%3D&token_type_hint=access_token',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${Buffer.from('gate%20way:p%3Ass').toString('base64')}`,
        },
      },
    ]);
  });

  const soon = Math.floor(Date.now() / 1000) + 600;
  test.each<[string, HttpAnswer, TokenAnswer]>([
    ['active', json({ active: true, sub: '7' }), user('7')],
    [
      'active until a time',
      json({ active: true, sub: '7', exp: soon }),
      { kind: 'valid', identity: { user: '7', expiresAt: soon * 1000 } },
    ],
    ['not active', json({ active: false }), INVALID],
    ['not active, with a user', json({ active: false, sub: '7' }), INVALID],
    ['active as text', json({ active: 'true', sub: '7' }), { kind: 'unavailable', cause: 'HTTP_200' }],
    ['without active', json({ sub: '7' }), { kind: 'unavailable', cause: 'HTTP_200' }],
    ['active without a user', json({ active: true }), { kind: 'no-user-id' }],
    ['401: the gateway is not known', json({}, 401), { kind: 'unavailable', cause: 'HTTP_401', answered: true }],
  ])('%s', async (_, reply, answer) => {
    expect((await run(reply, INTROSPECTION)).answer).toEqual(answer);
  });
});
