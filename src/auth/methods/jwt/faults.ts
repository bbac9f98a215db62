import { errors } from 'jose';

/** Why a JWT is refused; logged as a hint, and printed by `gateway token`. */
export const JWT_FAULTS = {
  malformed: 'it is no signed JWT of the compact form (RFC 7519)',
  algorithm:
    'its `alg` is not allowed: only RS, PS and ES with 256, 384 or 512, and EdDSA; neither none nor shared secrets',
  'key-unknown': 'no key of the issuer has its `kid` and fits its `alg`',
  signature: 'its signature is not of a key of the issuer',
  unsupported: 'it demands an extension (`crit`) that the gateway does not know',
  expired: 'it has expired (`exp`)',
  early: 'it is not valid yet (`nbf` or `iat` lies in the future); are the clocks right?',
  audience: 'its `aud` is not AUTH_JWT_AUDIENCE',
  incomplete: 'it lacks one of `iss`, `aud`, `exp` and `iat`, or one is of a wrong type',
  'lives-too-long': 'it lives longer than AUTH_JWT_MAX_AGE (`exp` minus `iat`)',
  revoked: 'its user was revoked after it was issued',
} as const;

export type JwtFault = keyof typeof JWT_FAULTS;

/** The fault that an error of the library means; undefined for other errors. */
export function faultOf(error: unknown): JwtFault | undefined {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return claimFault(error);
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (error instanceof errors.JOSENotSupported) return 'unsupported';
  return error instanceof errors.JOSEError ? 'malformed' : undefined;
}

function claimFault({ claim, reason }: errors.JWTClaimValidationFailed): JwtFault {
  if (reason !== 'check_failed') return 'incomplete';
  if (claim === 'nbf' || claim === 'iat') return 'early';
  return claim === 'aud' ? 'audience' : 'incomplete';
}
