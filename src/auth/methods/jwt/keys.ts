import { createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import { isObject } from '../../../schema/json.ts';

/** A public key that may verify tokens. */
export interface JwtKey {
  readonly key: KeyObject;
  /** Absent for a key from a PEM file, which may verify tokens of any `kid`. */
  readonly kid?: string;
  /** The only algorithm for which the issuer uses it, where it says so. */
  readonly alg?: string;
}

/** What each algorithm needs of a key. Algorithms with shared secrets are left out: a public key is no secret. */
const NEEDS: Readonly<Record<string, (key: KeyObject) => boolean>> = {
  RS256: isRsa,
  RS384: isRsa,
  RS512: isRsa,
  PS256: isRsa,
  PS384: isRsa,
  PS512: isRsa,
  ES256: (key) => curveOf(key) === 'prime256v1',
  ES384: (key) => curveOf(key) === 'secp384r1',
  ES512: (key) => curveOf(key) === 'secp521r1',
  EdDSA: ({ asymmetricKeyType }) => asymmetricKeyType === 'ed25519',
  Ed25519: ({ asymmetricKeyType }) => asymmetricKeyType === 'ed25519',
};

export const ALGORITHMS: readonly string[] = Object.keys(NEEDS);

const SHORTEST_RSA_BITS = 2048;

function isRsa({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= SHORTEST_RSA_BITS;
}

function curveOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  return asymmetricKeyType === 'ec' ? asymmetricKeyDetails?.namedCurve : undefined;
}

/** The header of a token, as far as it chooses a key. */
export interface TokenHeader {
  readonly alg: unknown;
  readonly kid: unknown;
}

/** Tokens without `kid` are tried with so many keys. */
const MOST_TRIED = 8;

/** The keys that may have signed a token: those with its `kid`, else those without one. */
export function keysFor({ alg, kid }: TokenHeader, keys: readonly JwtKey[]): JwtKey[] {
  if (typeof alg !== 'string') return [];
  const fit = keys.filter((one) => (one.alg ?? alg) === alg && NEEDS[alg]?.(one.key));
  if (kid === undefined) return fit.slice(0, MOST_TRIED);
  const named = fit.filter((one) => one.kid === kid);
  return named.length > 0 ? named : fit.filter((one) => one.kid === undefined).slice(0, MOST_TRIED);
}

/** Reads a JWK Set, or public keys and certificates in PEM. Keys for other uses and of other types are left out. */
export function readKeys(text: string): readonly JwtKey[] | { readonly problem: string } {
  const keys = /^\s*\{/.test(text) ? jwkKeys(text) : pemKeys(text);
  if (keys === undefined) return { problem: 'it is neither a JWK Set nor public keys in PEM' };
  if (keys.length === 0) return { problem: `it has no public key for ${ALGORITHMS.join(', ')}` };
  return keys;
}

function jwkKeys(text: string): JwtKey[] | undefined {
  const set = parse(text);
  const list: unknown = isObject(set) ? (set['keys'] ?? [set]) : undefined;
  return Array.isArray(list) ? list.flatMap((jwk: unknown) => (isObject(jwk) ? jwkKey(jwk) : [])) : undefined;
}

/** Only these are read: a key set that holds private keys by mistake is not worse for it. */
const PUBLIC_PARTS: ReadonlySet<string> = new Set(['kty', 'n', 'e', 'crv', 'x', 'y']);

function jwkKey(jwk: Readonly<Record<string, unknown>>): JwtKey[] {
  const { use, kid, alg } = jwk;
  if (use !== undefined && use !== 'sig') return [];
  const parts = Object.entries(jwk).filter(([name]) => PUBLIC_PARTS.has(name));
  const key = publicKey({ key: Object.fromEntries(parts), format: 'jwk' });
  if (!key || !isUsable(key)) return [];
  return [{ key, ...(typeof kid === 'string' && { kid }), ...(typeof alg === 'string' && { alg }) }];
}

function pemKeys(text: string): JwtKey[] | undefined {
  const blocks = text.match(/-----BEGIN (?:RSA )?(?:PUBLIC KEY|CERTIFICATE)-----[^-]+-----END [^-]+-----/g);
  return blocks?.flatMap((pem) => {
    const key = publicKey(pem);
    return key && isUsable(key) ? [{ key }] : [];
  });
}

function isUsable(key: KeyObject): boolean {
  return Object.values(NEEDS).some((fits) => fits(key));
}

/** Undefined for what is no public key: `oct`, unknown curves, broken values. */
function publicKey(input: string | JsonWebKeyInput): KeyObject | undefined {
  try {
    return createPublicKey(input);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
