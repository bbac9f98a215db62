import { readFileSync } from 'node:fs';
import { ServerCredentials } from '@grpc/grpc-js';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { TokenAnswer } from '../../src/auth/token-answer.ts';
import type { GrpcTls } from '../../src/auth/methods/grpc/channel.ts';
import { createGrpcChecker } from '../../src/auth/methods/grpc/checker.ts';
import { makeCertificates } from '../support/certificates.ts';
import { recordingTrace, DEFAULT_RULES } from './checker.ts';
import { startFaultyService } from './faulty-service.ts';

const NO_FILES: GrpcTls = { caFile: undefined, certFile: undefined, keyFile: undefined };

const { file, remove } = makeCertificates();
afterAll(remove);

describe('with TLS', () => {
  test('a token is checked if the authority is trusted', async () => {
    expect(await ask({ ...NO_FILES, caFile: file('ca.pem') })).toEqual({ kind: 'valid', identity: { user: '7' } });
  });

  test.each([
    ['only the authorities of the system are trusted', () => NO_FILES],
    ['only another authority is trusted', () => ({ ...NO_FILES, caFile: file('other.pem') })],
    ['the gateway speaks plain text', () => undefined],
  ])('no token is sent where %s', async (_, tls) => {
    expect(await ask(tls())).toMatchObject({ kind: 'unavailable' });
  });

  test('a service that requires a client certificate gets it', async () => {
    const tls = { caFile: file('ca.pem'), certFile: file('client.pem'), keyFile: file('client.key') };
    expect(await ask(tls, true)).toEqual({ kind: 'valid', identity: { user: '7' } });
    expect(await ask({ ...NO_FILES, caFile: file('ca.pem') }, true)).toMatchObject({ kind: 'unavailable' });
  });

  test('a missing file is an error immediately, which names the file', () => {
    const tls = { ...NO_FILES, caFile: file('missing.pem') };
    expect(() => createGrpcChecker({ identity: DEFAULT_RULES, address: '127.0.0.1:1', tls })).toThrow('missing.pem');
  });
});

async function ask(tls: GrpcTls | undefined, mutual = false): Promise<TokenAnswer> {
  const pair = { cert_chain: readFileSync(file('server.pem')), private_key: readFileSync(file('server.key')) };
  const credentials = ServerCredentials.createSsl(readFileSync(file('ca.pem')), [pair], mutual);
  const { address } = await startFaultyService(
    (_, reply) => reply(null, { valid: true, user_id: '7' }),
    onTestFinished,
    '127.0.0.1:0',
    credentials,
  );
  const checker = createGrpcChecker({ identity: DEFAULT_RULES, address, deadline: 1000, ...(tls && { tls }) });
  onTestFinished(() => checker.close());
  return checker.check('token', recordingTrace());
}
