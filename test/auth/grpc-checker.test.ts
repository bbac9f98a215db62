import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import type { TokenAnswer } from '../../src/auth/token-answer.ts';
import { startAuth, TOKENS, USERS } from '../support/auth-service.ts';
import { checkerOf, recordingTrace } from './checker.ts';
import { startBrokenService, startFaultyService, type ValidateToken } from './faulty-service.ts';

async function answerOf(validateToken: ValidateToken): Promise<TokenAnswer> {
  const { address } = await startFaultyService(validateToken);
  return checkerOf(address).check('token', recordingTrace());
}

describe('the answer of the auth service', () => {
  test.each(Object.entries(USERS))('%s is user %s', async (name, user) => {
    const { address } = await startAuth();
    const token = new Map<string, string>(Object.entries(TOKENS)).get(name) ?? '';
    expect(await checkerOf(address).check(token, recordingTrace())).toEqual({ kind: 'valid', identity: { user } });
  });

  test.each([
    [
      'the largest user id',
      { valid: true, user_id: '18446744073709551615' },
      { kind: 'valid', identity: { user: '18446744073709551615' } },
    ],
    ['invalid', { valid: false }, { kind: 'invalid' }],
    ['invalid, with a user', { valid: false, user_id: '7' }, { kind: 'invalid' }],
    ['empty, which is proto3 for invalid', {}, { kind: 'invalid' }],
    ['valid without a user', { valid: true }, { kind: 'no-user-id' }],
    ['valid for user 0', { valid: true, user_id: '0' }, { kind: 'no-user-id' }],
  ])('%s', async (_, response, answer) => {
    expect(await answerOf((_call, reply) => reply(null, response))).toEqual(answer);
  });

  test('of 5 MB does not count', async () => {
    const email = 'x'.repeat(5 * 1024 * 1024);
    expect(await answerOf((_, reply) => reply(null, { valid: true, user_id: '7', email }))).toEqual({
      kind: 'unavailable',
      cause: 'RESOURCE_EXHAUSTED',
    });
  });
});

const CODES = Object.entries(status).filter((entry): entry is [string, number] => typeof entry[1] === 'number');

/** All other statuses say nothing about the token. */
const MEANINGS: Readonly<Record<string, TokenAnswer>> = {
  ...Object.fromEntries(
    ['UNAUTHENTICATED', 'INVALID_ARGUMENT', 'NOT_FOUND'].map((name) => [name, { kind: 'invalid' } as const]),
  ),
  ...Object.fromEntries(
    ['PERMISSION_DENIED', 'FAILED_PRECONDITION', 'OUT_OF_RANGE', 'UNIMPLEMENTED'].map((name) => [
      name,
      { kind: 'unavailable', cause: name, answered: true } as const,
    ]),
  ),
};

describe('a gRPC status', () => {
  test('is one of 17', () => {
    expect(CODES.map(([, code]) => code).sort((a, b) => a - b)).toEqual(Array.from({ length: 17 }, (_, code) => code));
  });

  test.each(CODES.filter(([name]) => name !== 'OK'))('%s means what docs/operations.md says', async (name, code) => {
    const answer = await answerOf((_, reply) => reply({ code, details: 'x' }));
    expect(answer).toEqual(MEANINGS[name] ?? { kind: 'unavailable', cause: name });
  });

  test.each([
    [401, { kind: 'unavailable', cause: 'UNAUTHENTICATED' }],
    [403, { kind: 'unavailable', cause: 'PERMISSION_DENIED', answered: true }],
    [404, { kind: 'unavailable', cause: 'UNIMPLEMENTED', answered: true }],
    [502, { kind: 'unavailable', cause: 'UNAVAILABLE' }],
  ])('made of HTTP %s, as a proxy answers, says nothing about the token', async (code, answer) => {
    const { address } = await startBrokenService((stream) => {
      stream.respond({ ':status': code, 'content-type': 'text/html' });
      stream.end('<h1>');
    });
    expect(await checkerOf(address).check('token', recordingTrace())).toEqual(answer);
  });

  test.each([
    ['OK without a message', { 'grpc-status': '0' }],
    ['no status', {}],
    ['a status that is no number', { 'grpc-status': 'fine' }],
    ['an unknown status', { 'grpc-status': '99' }],
  ])('in trailers only: %s admits no client', async (_, trailers) => {
    const { address } = await startBrokenService((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...trailers }, { endStream: true });
    });
    expect(await checkerOf(address).check('token', recordingTrace())).toMatchObject({ kind: 'unavailable' });
  });
});

describe('a call', () => {
  test('sends the headers of the trace, and reports to it how it ended', async () => {
    const received: unknown[] = [];
    const { address } = await startFaultyService(({ metadata, request }, reply) => {
      received.push(metadata.get('traceparent'), request.token);
      reply(null, { valid: true, user_id: '7' });
    });
    const trace = recordingTrace({ traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' });
    await checkerOf(address).check('a token', trace);
    expect(received).toEqual([['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'], 'a token']);
    expect(trace.calls).toEqual([[{ kind: 'valid', identity: { user: '7' } }, 'OK']]);
  });

  test('reports the status of a failure', async () => {
    const { address } = await startFaultyService((_, reply) =>
      reply({ code: status.INTERNAL, metadata: new Metadata() }),
    );
    const trace = recordingTrace();
    await checkerOf(address).check('a token', trace);
    expect(trace.calls).toEqual([[{ kind: 'unavailable', cause: 'INTERNAL' }, 'INTERNAL']]);
  });
});
