import { createAuth, type Auth, type AuthOptions } from '../auth/auth.ts';
import type { IdentityRules } from '../auth/identity.ts';
import type { GrpcTls } from '../auth/methods/grpc/channel.ts';
import type { KeysOrigin } from '../auth/methods/jwt/load-keys.ts';
import { grpcTlsFiles, type Settings } from '../config/environment/environment.ts';
import type { Commands } from '../redis/commands.ts';
import { createRevocationStore } from '../redis/revocation-store.ts';
import type { LivePlan } from '../reload/live-plan.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** Creates the methods of AUTH_METHODS for a gateway. */
export function createTokenAuth(settings: Settings, live: LivePlan, commands: Commands, telemetry: Telemetry): Auth {
  // The kind of user ids is fixed until a restart.
  const identity = { userIds: live.current().userIds, claims: () => live.current().claims };
  const store = createRevocationStore(commands, settings.authJwtMaxAge * 1000);
  const isNeeded = (): boolean => live.current().refusesTokens;
  return createMethods(settings, identity, telemetry.auth, { store, isNeeded });
}

/**
 * @param revocations of JWTs; absent: they are not checked.
 * @throws where a TLS file cannot be read.
 */
export function createMethods(
  settings: Settings,
  identity: IdentityRules,
  events: AuthOptions['events'],
  revocations?: NonNullable<AuthOptions['jwt']>['revocations'],
): Auth {
  const { authMethods, authServiceAddr } = settings;
  return createAuth({
    identity,
    ...(authMethods.includes('jwt') && { jwt: { ...jwtOptions(settings), ...(revocations && { revocations }) } }),
    ...(authMethods.includes('grpc') && { grpc: { address: authServiceAddr, ...tlsOf(settings) } }),
    ...(authMethods.includes('http') && { http: httpOptions(settings) }),
    anonymousAllowed: settings.authMode === 'optional',
    cacheLifetime: settings.authCacheTtl * 1000,
    events,
  });
}

function jwtOptions(settings: Settings): NonNullable<AuthOptions['jwt']> {
  const { authJwtIssuer: issuer, authJwtAudience: audience, authJwtUser, authJwtClaims, authJwtMaxAge } = settings;
  if (issuer === undefined || audience === undefined) throw new Error('the environment was not checked');
  return {
    rules: { issuer, audience, user: authJwtUser, claims: authJwtClaims, maxAge: authJwtMaxAge },
    origin: keysOrigin(settings),
  };
}

function httpOptions(settings: Settings): NonNullable<AuthOptions['http']> {
  const {
    authHttpUrl: url,
    authHttpStyle: style,
    authHttpUser,
    authHttpClaims: claims,
    authHttpCaFile: caFile,
  } = settings;
  const { authHttpClientId: id, authHttpClientSecret: secret } = settings;
  if (url === undefined) throw new Error('the environment was not checked');
  const user = authHttpUser ?? [style === 'bearer' ? 'id' : 'sub'];
  const client = id === undefined || secret === undefined ? {} : { client: { id, secret } };
  return { url, caFile, rules: { style, user, claims, ...client } };
}

function keysOrigin({ authJwksUrl: url, authJwtKeyFile: path, authHttpCaFile: caFile }: Settings): KeysOrigin {
  if (url !== undefined) return { kind: 'url', url, caFile };
  if (path === undefined) throw new Error('the environment was not checked');
  return { kind: 'file', path };
}

function tlsOf(settings: Settings): { tls?: GrpcTls } {
  if (!settings.grpcTlsEnabled) return {};
  const { ca, certificate, key } = grpcTlsFiles(settings);
  return { tls: { caFile: ca, certFile: certificate, keyFile: key } };
}
