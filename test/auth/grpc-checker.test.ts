import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AuthTrace, TokenAnswer } from '../../src/auth/authenticator.ts';
import { createGrpcChecker, type GrpcChecker } from '../../src/auth/grpc-checker.ts';
import { startAuth, TOKENS, USERS } from '../support/auth-service.ts';
import { freePort } from '../support/ports.ts';
import { startBrokenService, startFaultyService, startSilentService, type ValidateToken } from './faulty-service.ts';

function checkerOf(address: string, deadline = 2000): GrpcChecker {
  const checker = createGrpcChecker({ address, deadline });
  onTestFinished(() => checker.close());
  return checker;
}

function noting(
  headers: Record<string, string> = {},
): AuthTrace & { ended: (outcome: unknown) => void; calls: unknown[][] } {
  const calls: unknown[][] = [];
  return {
    calls,
    callStarted: () => ({ headers, ended: (answer, code) => calls.push([answer, code]) }),
    ended: () => undefined,
  };
}

async function answerOf(validateToken: ValidateToken): Promise<TokenAnswer> {
  const { address } = await startFaultyService(validateToken);
  return checkerOf(address).check('token', noting());
}

describe('the auth service’s word on a token', () => {
  test.each(Object.entries(USERS))('%s is user %s', async (name, user) => {
    const { address } = await startAuth();
    const token = new Map<string, string>(Object.entries(TOKENS)).get(name) ?? '';
    expect(await checkerOf(address).check(token, noting())).toEqual({ kind: 'valid', user });
  });

  test.each([
    [
      'the largest user id',
      { valid: true, user_id: '18446744073709551615' },
      { kind: 'valid', user: '18446744073709551615' },
    ],
    ['not valid', { valid: false }, { kind: 'invalid' }],
    ['not valid, with a user', { valid: false, user_id: '7' }, { kind: 'invalid' }],
    ['nothing, which is proto3 for not valid', {}, { kind: 'invalid' }],
    ['valid without a user', { valid: true }, { kind: 'unavailable', cause: 'a valid token without a user id' }],
    [
      'valid for user 0',
      { valid: true, user_id: '0' },
      { kind: 'unavailable', cause: 'a valid token without a user id' },
    ],
  ])('%s', async (_, response, answer) => {
    expect(await answerOf((_call, reply) => reply(null, response))).toEqual(answer);
  });

  test('of 5 MB is none', async () => {
    const email = 'x'.repeat(5 * 1024 * 1024);
    expect(await answerOf((_, reply) => reply(null, { valid: true, user_id: '7', email }))).toEqual({
      kind: 'unavailable',
      cause: 'RESOURCE_EXHAUSTED',
    });
  });
});

const CODES = Object.entries(status).filter((entry): entry is [string, number] => typeof entry[1] === 'number');

describe('a gRPC status', () => {
  test('is one of 17', () => {
    expect(CODES.map(([, code]) => code).sort((a, b) => a - b)).toEqual(Array.from({ length: 17 }, (_, code) => code));
  });

  test.each(CODES.filter(([name]) => name !== 'OK'))(
    '%s says nothing about the token, unless it is UNAUTHENTICATED',
    async (name, code) => {
      const answer = await answerOf((_, reply) => reply({ code, details: 'x' }));
      expect(answer).toEqual(name === 'UNAUTHENTICATED' ? { kind: 'invalid' } : { kind: 'unavailable', cause: name });
    },
  );

  test.each([
    ['OK without a message', { 'grpc-status': '0' }],
    ['no status', {}],
    ['a status that is no number', { 'grpc-status': 'fine' }],
    ['a status of a later day', { 'grpc-status': '99' }],
  ])('in trailers only: %s admits nobody', async (_, trailers) => {
    const { address } = await startBrokenService((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...trailers }, { endStream: true });
    });
    expect(await checkerOf(address).check('token', noting())).toMatchObject({ kind: 'unavailable' });
  });
});

/** `valid = true, user_id = 7`. */
const ADMITTING = Buffer.from([0x08, 0x01, 0x10, 0x07]);

describe('an answer that is broken', () => {
  test.each([
    ['compressed by nothing we know', frame(ADMITTING, { compressed: true })],
    ['shorter than it says', frame(ADMITTING).subarray(0, -2)],
    ['no protobuf', frame(Buffer.from([0xff, 0xff, 0xff, 0xff]))],
    ['two messages', Buffer.concat([frame(ADMITTING), frame(ADMITTING)])],
    ['a user id of eleven bytes', frame(Buffer.concat([Buffer.from([0x08, 0x01, 0x10]), Buffer.alloc(11, 0xff)]))],
  ])('(%s) admits nobody', async (_, body) => {
    const { address } = await startBrokenService((stream) => replyWith(stream, body));
    expect(await checkerOf(address).check('token', noting())).toMatchObject({ kind: 'unavailable' });
  });

  test('is told from a sound one, sent in the same way', async () => {
    const { address } = await startBrokenService((stream) => replyWith(stream, frame(ADMITTING)));
    expect(await checkerOf(address).check('token', noting())).toEqual({ kind: 'valid', user: '7' });
  });

  test.each([
    [
      'a page of a proxy',
      (stream: Stream) => (stream.respond({ ':status': 502, 'content-type': 'text/html' }), stream.end('<h1>')),
    ],
    ['"not found"', (stream: Stream) => stream.respond({ ':status': 404 }, { endStream: true })],
    ['a stream that is reset', (stream: Stream) => stream.close(2)],
    ['a connection that is cut', (stream: Stream) => stream.session?.destroy()],
  ])('(%s) admits nobody', async (_, answer) => {
    const { address } = await startBrokenService(answer);
    expect(await checkerOf(address, 500).check('token', noting())).toMatchObject({ kind: 'unavailable' });
  });
});

describe('an answer that does not come', () => {
  const DEADLINE = 300;

  test.each([
    ['it is down', async () => `127.0.0.1:${await freePort()}`],
    ['its name is unknown', async () => 'auth.invalid:50051'],
    ['it takes the connection and never speaks', async () => (await startSilentService()).address],
    ['it takes the call and never answers', async () => (await startFaultyService(() => undefined)).address],
    ['it answers too late', async () => (await startFaultyService(later(DEADLINE * 2))).address],
  ])('because %s is waited for until the deadline and no longer', async (_, service) => {
    const checker = checkerOf(await service(), DEADLINE);
    const startedAt = performance.now();
    expect(await checker.check('token', noting())).toMatchObject({ kind: 'unavailable' });
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE + 1000);
  });

  test('is waited for two seconds where nothing else is said', async () => {
    const { address } = await startFaultyService(() => undefined);
    const checker = createGrpcChecker({ address });
    onTestFinished(() => checker.close());
    const startedAt = performance.now();
    expect(await checker.check('token', noting())).toEqual({ kind: 'unavailable', cause: 'DEADLINE_EXCEEDED' });
    expect(performance.now() - startedAt).toBeGreaterThan(1900);
    expect(performance.now() - startedAt).toBeLessThan(2900);
  });

  test('does not matter to the next one: the service is back, and is asked', async () => {
    const port = await freePort();
    const checker = checkerOf(`127.0.0.1:${port}`);
    expect(await checker.check(TOKENS.alice, noting())).toMatchObject({ kind: 'unavailable' });
    await startAuth(onTestFinished, `127.0.0.1:${port}`);
    while ((await checker.check(TOKENS.alice, noting())).kind === 'unavailable');
    expect(await checker.check(TOKENS.alice, noting())).toEqual({ kind: 'valid', user: USERS.alice });
  });
});

describe('a call', () => {
  test('takes the trace’s headers along, and tells it how it ended', async () => {
    const heard: unknown[] = [];
    const { address } = await startFaultyService(({ metadata, request }, reply) => {
      heard.push(metadata.get('traceparent'), request.token);
      reply(null, { valid: true, user_id: '7' });
    });
    const trace = noting({ traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' });
    await checkerOf(address).check('a token', trace);
    expect(heard).toEqual([['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'], 'a token']);
    expect(trace.calls).toEqual([[{ kind: 'valid', user: '7' }, 'OK']]);
  });

  test('tells the status where it failed', async () => {
    const { address } = await startFaultyService((_, reply) =>
      reply({ code: status.INTERNAL, metadata: new Metadata() }),
    );
    const trace = noting();
    await checkerOf(address).check('a token', trace);
    expect(trace.calls).toEqual([[{ kind: 'unavailable', cause: 'INTERNAL' }, 'INTERNAL']]);
  });
});

type Stream = Parameters<Parameters<typeof startBrokenService>[0]>[0];

/** A gRPC message: flag, length, bytes. */
function frame(message: Buffer, { compressed = false } = {}): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed ? 1 : 0, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function replyWith(stream: Stream, body: Buffer): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(body);
}

function later(ms: number): ValidateToken {
  return (_, reply) => void setTimeout(() => reply(null, { valid: true, user_id: '7' }), ms);
}
