import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An authority, what it signed for a server and for a client, and another authority; made anew at each run. */
export interface Certificates {
  /** Of `ca`, `other`, `server`, `client`, `named` (for the host localhost alone) or `expired`, `.pem` or `.key`. */
  file(name: string): string;
  remove(): void;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const file = (name: string): string => join(folder, name);
  writeFileSync(file('names.ext'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
  for (const name of ['ca', 'other'])
    openssl('req', '-x509', ...KEY, '-days', '2', '-subj', `/CN=${name}`, ...outputOf(file(name)));
  for (const name of ['server', 'client', 'expired']) sign(name, file);
  writeFileSync(file('names.ext'), 'subjectAltName=DNS:localhost');
  sign('named', file);
  return { file, remove: () => rmSync(folder, { recursive: true }) };
}

function outputOf(path: string): string[] {
  return ['-keyout', `${path}.key`, '-out', `${path}.pem`];
}

function sign(name: string, file: (name: string) => string): void {
  const request = file(`${name}.csr`);
  openssl('req', ...KEY, '-subj', `/CN=${name}`, '-keyout', file(`${name}.key`), '-out', request);
  const by = [
    '-CA',
    file('ca.pem'),
    '-CAkey',
    file('ca.key'),
    '-CAcreateserial',
    '-days',
    name === 'expired' ? '-1' : '2',
  ];
  openssl('x509', '-req', '-in', request, ...by, '-extfile', file('names.ext'), '-out', file(`${name}.pem`));
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
