import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** PEM files for TLS, named by variables. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/** Returns the problems of the files at start, before the first handshake; each sentence begins with the file. */
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

/** Leaves out the parser's message, which may show parts of a key. */
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
