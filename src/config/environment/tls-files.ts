import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** PEM files for speaking TLS, as variables name them. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/** What is wrong with them, as sentences that begin with the file; found at start, not at the first handshake. */
export function tlsFileProblems({ ca, certificate, key }: TlsFiles): string[] {
  const problems = [
    ...problemOf(ca, 'a certificate', (pem) => new X509Certificate(pem)),
    ...problemOf(certificate, 'a certificate', (pem) => new X509Certificate(pem)),
    ...problemOf(key, 'a private key', (pem) => createPrivateKey(pem)),
  ];
  if (problems.length > 0 || certificate === undefined || key === undefined) return problems;
  const fits = new X509Certificate(readFileSync(certificate)).checkPrivateKey(createPrivateKey(readFileSync(key)));
  return fits ? [] : [`${key} is not the key of ${certificate}`];
}

/** The parser's own words are left out: nothing of a key is to be shown. */
function problemOf(file: string | undefined, what: string, parse: (pem: Buffer) => unknown): string[] {
  if (file === undefined) return [];
  let pem: Buffer;
  try {
    pem = readFileSync(file);
  } catch (error) {
    return [`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
  try {
    parse(pem);
    return [];
  } catch {
    return [`${file} does not hold ${what} in PEM`];
  }
}
