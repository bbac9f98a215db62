import { jwtVerify, type JWTPayload } from 'jose';
import { isObject, valueAt } from '../../../schema/json.ts';
import type { TokenChecker } from '../../call-queue.ts';
import { readClaims } from '../../claims.ts';
import type { IdentityRules } from '../../identity.ts';
import type { TokenAnswer } from '../../token-answer.ts';
import { userAt } from '../user-at.ts';
import { CLOCK_SKEW_MS, validAnswer } from '../valid-answer.ts';
import { faultOf, JWT_FAULTS, type JwtFault } from './faults.ts';
import type { KeySource } from './key-source.ts';
import { ALGORITHMS, type JwtKey } from './keys.ts';

/** The tokens that are accepted. */
export interface JwtRules {
  readonly issuer: string;
  readonly audience: string;
  /** Path of the user id in the payload. */
  readonly user: readonly string[];
  /** Paths of claims in the payload; a claim without an entry is read at its name. */
  readonly claims: ReadonlyMap<string, readonly string[]>;
  /** Longest life of a token, in seconds. */
  readonly maxAge: number;
}

export interface JwtCheckerOptions {
  readonly rules: JwtRules;
  readonly identity: IdentityRules;
  readonly keys: Pick<KeySource, 'find'>;
  /**
   * Whether the tokens of a user that were issued then, in milliseconds since 1970, are revoked; undefined while the
   * revocations are not known.
   */
  readonly isRevoked?: (user: string, issuedAt: number) => boolean | undefined;
}

const SKEW_SECONDS = CLOCK_SKEW_MS / 1000;

/** Verifies JWTs with the keys of one issuer. `jku` and `x5u` are not read: a token never says where its key is. */
export function createJwtChecker({ rules, identity, keys, isRevoked }: JwtCheckerOptions): TokenChecker {
  const { issuer, audience, maxAge } = rules;

  async function verify(token: string, key: JwtKey): Promise<JWTPayload | JwtFault> {
    try {
      const { payload } = await jwtVerify(token, key.key, {
        algorithms: [...ALGORITHMS],
        issuer,
        audience,
        clockTolerance: SKEW_SECONDS,
        requiredClaims: ['exp', 'iat'],
      });
      return payload;
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined) throw error;
      return fault;
    }
  }

  /** Tokens without `kid` may have been signed with any key. */
  async function verifyWithAny(token: string, candidates: readonly JwtKey[]): Promise<JWTPayload | JwtFault> {
    let result: JWTPayload | JwtFault = 'key-unknown';
    for (const key of candidates) {
      result = await verify(token, key);
      if (result !== 'signature') return result;
    }
    return result;
  }

  function answerTo(payload: JWTPayload, token: string): TokenAnswer {
    const { iat = 0, exp = 0 } = payload;
    if (iat > Date.now() / 1000 + SKEW_SECONDS) return invalid('early');
    if (exp - iat > maxAge) return invalid('lives-too-long');
    const user = userAt(payload, payloadText(token), rules.user, identity.userIds);
    const reading = readClaims(identity.claims(), (claim) => valueAt(payload, rules.claims.get(claim) ?? [claim]));
    const revoked = user !== undefined && isRevoked ? isRevoked(user, iat * 1000) : false;
    if (revoked === undefined) return REVOCATIONS_UNKNOWN;
    return revoked ? invalid('revoked') : validAnswer(user, reading, exp);
  }

  return {
    async check(token) {
      const header = headerOf(token, issuer);
      if (header === undefined) return { kind: 'not-mine' };
      if (!ALGORITHMS.includes(String(header['alg']))) return invalid('algorithm');
      const found = await keys.find({ alg: header['alg'], kid: header['kid'] });
      // The key set says nothing about other tokens: no sign of an outage that would stop them.
      if (found.kind === 'unavailable') return { kind: 'unavailable', cause: `keys: ${found.cause}`, answered: true };
      if (found.kind === 'unknown-key') return invalid('key-unknown');
      const result = await verifyWithAny(token, found.keys);
      return typeof result === 'string' ? invalid(result) : answerTo(result, token);
    },
  };
}

const REVOCATIONS_UNKNOWN: TokenAnswer = { kind: 'unavailable', cause: 'revocations not read yet', answered: true };

function invalid(fault: JwtFault): TokenAnswer {
  return { kind: 'invalid', why: JWT_FAULTS[fault] };
}

const COMPACT = /^([\w-]+)\.([\w-]+)\.([\w-]*)$/;

/** The header of a JWT of this issuer; undefined for other tokens, which another method may know. Nothing of it is verified. */
function headerOf(token: string, issuer: string): Readonly<Record<string, unknown>> | undefined {
  const [, head = '', body = ''] = COMPACT.exec(token) ?? [];
  const header = jsonIn(head);
  const payload = jsonIn(body);
  return payload?.['iss'] === issuer ? header : undefined;
}

function payloadText(token: string): string {
  return Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
}

function jsonIn(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
