import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../../src/config/environment/environment.ts';

const folder = mkdtempSync(join(tmpdir(), 'tls-'));
const at = (name: string): string => join(folder, name);
for (const name of ['one', 'two']) {
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', `/CN=${name}`];
  execFileSync('openssl', [...request, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)], { stdio: 'ignore' });
}
writeFileSync(at('text.pem'), 'canary-text');

const told = (variables: Record<string, string>): string[] =>
  readEnvironment({ GRPC_TLS_ENABLED: 'true', ...variables }).findings.map(({ message }) => message);

describe('the files for TLS to the auth service', () => {
  test('are taken where they fit together', () => {
    const files = {
      GRPC_TLS_CA_FILE: at('one.pem'),
      GRPC_TLS_CLIENT_CERT_FILE: at('two.pem'),
      GRPC_TLS_CLIENT_KEY_FILE: at('two.key'),
    };
    expect(told(files)).toEqual([]);
  });

  test.each([
    ['a file that is not there', { GRPC_TLS_CA_FILE: at('none.pem') }, /none\.pem cannot be read: ENOENT/],
    [
      'text that is no certificate',
      { GRPC_TLS_CA_FILE: at('text.pem') },
      /text\.pem does not hold a certificate in PEM/,
    ],
    [
      'a certificate in place of its key',
      { GRPC_TLS_CLIENT_CERT_FILE: at('one.pem'), GRPC_TLS_CLIENT_KEY_FILE: at('one.pem') },
      /one\.pem does not hold a private key/,
    ],
    [
      'the key of another certificate',
      { GRPC_TLS_CLIENT_CERT_FILE: at('one.pem'), GRPC_TLS_CLIENT_KEY_FILE: at('two.key') },
      /two\.key is not the key of .*one\.pem/,
    ],
  ])('%s is reported at the start', (_, variables, message) => {
    const [first, ...others] = told(variables);
    expect(first).toMatch(message);
    expect(first).not.toContain('canary');
    expect(others).toEqual([]);
  });
});
