import type { AuthEvents } from './auth-trace.ts';
import { createAuthenticator, type Authenticator } from './authenticator.ts';
import type { CallQueue } from './call-queue.ts';
import { createClaimsSeen } from './claims-seen.ts';
import { LONGEST_TOKEN } from './find-token.ts';
import type { IdentityRules } from './identity.ts';
import { createGrpcChecker, type GrpcCheckerOptions } from './methods/grpc/checker.ts';
import { createJwtMethod, type JwtMethodOptions } from './methods/jwt/jwt-method.ts';
import { createHttpChecker, type HttpCheckerOptions } from './methods/http/checker.ts';
import type { KeyEvents } from './methods/jwt/key-source.ts';
import {
  createRevokedTokens,
  type RevokedTokens,
  type RevokedTokensEvents,
  type RevokedTokensOptions,
} from './methods/jwt/revoked-tokens.ts';
import { createServiceMethod, type ServiceMethod } from './methods/service-method.ts';
import { createRevocations, type Revocations } from './revocations.ts';
import type { ServiceProbeEvents } from './service-probe.ts';
import { createTokenVerifier } from './token-verifier.ts';

export interface AuthOptions {
  readonly identity: IdentityRules;
  /** Absent: tokens are not verified as JWTs. */
  readonly jwt?: Omit<JwtMethodOptions, 'identity' | 'events' | 'isRevoked'> & {
    /** Absent: JWTs are not checked against revocations. */
    readonly revocations?: Pick<RevokedTokensOptions, 'store' | 'isNeeded'>;
  };
  /** Absent: no gRPC service is called. */
  readonly grpc?: Omit<GrpcCheckerOptions, 'health' | 'identity'>;
  /** Absent: no HTTP endpoint is called. Only one of both services decides, as each decides about every token. */
  readonly http?: Omit<HttpCheckerOptions, 'health' | 'identity'>;
  readonly anonymousAllowed: boolean;
  /** How long a valid answer is cached, in milliseconds; 0 caches none. */
  readonly cacheLifetime: number;
  readonly events: AuthEvents & ServiceProbeEvents & KeyEvents & RevokedTokensEvents;
}

/** Authentication of tokens by one or several methods: cache, call queue, circuit breaker. */
export interface Auth {
  /** Starts probes and loads keys, so that a problem is found before the first client connects. */
  start(): void;
  /** What is wrong, for /health; undefined while nothing is. */
  problem(): string | undefined;
  readonly authenticator: Authenticator;
  readonly revocations: Revocations;
  /** Calls to the service. */
  readonly calls: Omit<CallQueue, 'check'>;
  /** Longest token, in characters. */
  readonly longestToken: number;
  close(): void;
}

/** Longer than any call takes, from its start until the socket is admitted. */
const SHORTEST_REVOCATION_MS = 60_000;

const NO_CALLS: Auth['calls'] = { closedBecause: () => undefined, underWay: () => 0, waiting: () => 0 };

/**
 * Opens no connection until the first call or `start()`.
 *
 * @throws where a TLS file cannot be read.
 */
export function createAuth(options: AuthOptions): Auth {
  const { anonymousAllowed, cacheLifetime: lifetime, events, identity } = options;
  const revoked = openRevokedTokens(options);
  const isRevoked = revoked && { isRevoked: revoked.isRevoked };
  const jwt = options.jwt && createJwtMethod({ ...options.jwt, ...isRevoked, identity, events });
  const service = openService(options);
  const methods = [jwt, service].filter((method) => method !== undefined);
  const revocations = createRevocations(Math.max(lifetime, SHORTEST_REVOCATION_MS));
  const claimsSeen = createClaimsSeen(identity.claims);
  const verifier = createTokenVerifier({ methods, claimsSeen, revocations, lifetime });
  return {
    authenticator: createAuthenticator({ verifier, events, anonymousAllowed }),
    revocations: revoked ? withTokens(revocations, revoked) : revocations,
    // While tokens may be JWTs, handshakes continue whatever the service does.
    calls: { ...(service?.calls ?? NO_CALLS), ...(jwt && { closedBecause: NO_CALLS.closedBecause }) },
    longestToken: jwt ? LONGEST_TOKEN.jwt : LONGEST_TOKEN.opaque,
    start() {
      for (const method of methods) method.start();
      revoked?.reload();
    },
    problem: () =>
      [...methods, revoked].map((part) => part?.problem()).find((problem) => problem !== undefined) ??
      missingClaims(claimsSeen.missing()),
    close() {
      for (const method of methods) method.close();
      revoked?.close();
    },
  };
}

/** /health is public: it does not name the claims. */
function missingClaims({ length }: readonly string[]): string | undefined {
  if (length === 0) return undefined;
  const claims = length === 1 ? 'a claim of identity.claims was' : `${length} claims of identity.claims were`;
  return `${claims} in no token of the last hour; \`gateway token\` shows what a token has`;
}

function openRevokedTokens({ jwt, events }: AuthOptions): RevokedTokens | undefined {
  return jwt?.revocations && createRevokedTokens({ ...jwt.revocations, maxAge: jwt.rules.maxAge * 1000, events });
}

/** Revocations of cached answers and of JWTs. */
function withTokens(answers: Revocations, tokens: RevokedTokens): Revocations {
  return {
    isOutdated: answers.isOutdated,
    revoke(users, keepTokens = false) {
      const list = [...users];
      answers.revoke(list);
      if (!keepTokens) tokens.revoke(list);
    },
    revokeAll() {
      answers.revokeAll();
      tokens.reload();
    },
  };
}

function openService({ grpc, http, identity, events }: AuthOptions): ServiceMethod | undefined {
  if (grpc) return createServiceMethod('grpc', (health) => createGrpcChecker({ ...grpc, identity, health }), events);
  return http && createServiceMethod('http', (health) => createHttpChecker({ ...http, identity, health }), events);
}
