import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';

export const ISSUER = 'https://id.example.com/';
export const AUDIENCE = 'gateway';

/** A pair of keys of an issuer. */
export interface KeyPair {
  readonly kid: string;
  readonly alg: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export function rsaPair(kid: string, alg = 'RS256', modulusLength = 2048): KeyPair {
  return { kid, alg, ...generateKeyPairSync('rsa', { modulusLength }) };
}

export function ecPair(kid: string, alg: 'ES256' | 'ES384' | 'ES512'): KeyPair {
  const namedCurve = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[alg];
  return { kid, alg, ...generateKeyPairSync('ec', { namedCurve }) };
}

export function edPair(kid: string): KeyPair {
  return { kid, alg: 'EdDSA', ...generateKeyPairSync('ed25519') };
}

export function jwkOf({ kid, alg, publicKey }: KeyPair, more: object = {}): object {
  return { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig', ...more };
}

export function pemOf({ publicKey }: KeyPair): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export const now = (): number => Math.floor(Date.now() / 1000);

/** A payload that is accepted, but for `changed`; `undefined` removes a claim. */
export function payloadOf(changed: Readonly<Record<string, unknown>> = {}): object {
  return { iss: ISSUER, aud: AUDIENCE, sub: '7', iat: now(), exp: now() + 600, ...changed };
}

/** A JWT signed by `pair`. */
export function tokenOf(pair: KeyPair, payload: object = payloadOf(), header: object = {}): string {
  const text = `${encode({ alg: pair.alg, kid: pair.kid, typ: 'JWT', ...header })}.${encode(payload)}`;
  return `${text}.${signatureOf(pair, text)}`;
}

function signatureOf({ alg, privateKey: key }: KeyPair, text: string): string {
  const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`;
  const padding = alg.startsWith('PS') ? { padding: 6, saltLength: -1 } : {};
  return sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363', ...padding }).toString('base64url');
}

/** A JWT with the signature `hs256` of a text as the secret, or none. */
export function forgedToken(header: object, payload: object, secret?: string): string {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${secret === undefined ? '' : createHmac('sha256', secret).update(text).digest('base64url')}`;
}

export interface KeyServer {
  readonly url: URL;
  /** Paths of all requests so far. */
  readonly requests: string[];
  /** What the next requests are answered with; a number is a status. */
  answer: object | string | number;
  /** Stops and frees the port. */
  stop(): Promise<void>;
}

/** A server of a JWK Set. */
export async function startKeyServer(answer: KeyServer['answer'], port = 0): Promise<KeyServer> {
  const requests: string[] = [];
  const state = { answer };
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const { answer: now } = state;
    if (now === 'hang') return;
    if (typeof now === 'number') response.writeHead(now, { location: '/elsewhere' });
    response.end(typeof now === 'string' ? now : JSON.stringify(now));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : 0;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(stop);
  return {
    url: new URL(`http://127.0.0.1:${bound}/keys`),
    requests,
    get answer() {
      return state.answer;
    },
    set answer(next) {
      state.answer = next;
    },
    stop,
  };
}
