import { didYouMean } from '../../schema/did-you-mean.ts';
import type { Finding } from '../text/findings.ts';
import { authProblems } from './auth-problems.ts';
import { warningsOf } from './origin-entry.ts';
import { tlsFileProblems, type TlsFiles } from './tls-files.ts';
import { Malformed } from './variable-types.ts';
import { VARIABLES, type Variable } from './variables.ts';

type Values<V> = { readonly [Key in keyof V]: V[Key] extends Variable<infer T> ? T : never };

/** The parsed environment, frozen. */
export type Settings = Values<typeof VARIABLES>;

export interface EnvironmentReading {
  readonly settings?: Settings;
  readonly findings: readonly Finding[];
}

export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): EnvironmentReading {
  const findings: Finding[] = nearMisses(environment);
  const take: Take = (variable) => takeVariable(environment, variable, findings);
  const settings: Settings = {
    port: take(VARIABLES.port),
    bindAddress: take(VARIABLES.bindAddress),
    redis: take(VARIABLES.redis),
    redisNatMap: take(VARIABLES.redisNatMap),
    redisTlsCaFile: take(VARIABLES.redisTlsCaFile),
    redisTlsClientCertFile: take(VARIABLES.redisTlsClientCertFile),
    redisTlsClientKeyFile: take(VARIABLES.redisTlsClientKeyFile),
    ...authSettings(take),
    insecureQueryToken: take(VARIABLES.insecureQueryToken),
    tokenCookie: take(VARIABLES.tokenCookie),
    corsOrigin: take(VARIABLES.corsOrigin),
    nodeEnv: take(VARIABLES.nodeEnv),
    routesFile: take(VARIABLES.routesFile),
    configRoot: take(VARIABLES.configRoot),
    adminToken: take(VARIABLES.adminToken),
    logLevel: take(VARIABLES.logLevel),
    traceDrops: take(VARIABLES.traceDrops),
    trustProxy: take(VARIABLES.trustProxy),
    webSocketServer: take(VARIABLES.webSocketServer),
    socketPath: take(VARIABLES.socketPath),
    pingInterval: take(VARIABLES.pingInterval),
    pingTimeout: take(VARIABLES.pingTimeout),
    maxConnections: take(VARIABLES.maxConnections),
    maxConnectionsPerUser: take(VARIABLES.maxConnectionsPerUser),
    maxConnectionsPerAddress: take(VARIABLES.maxConnectionsPerAddress),
    maxHandshakesPerSecond: take(VARIABLES.maxHandshakesPerSecond),
    handshakeTimeout: take(VARIABLES.handshakeTimeout),
    maxClientMessageBytes: take(VARIABLES.maxClientMessageBytes),
    maxClientPacketsPerSecond: take(VARIABLES.maxClientPacketsPerSecond),
    maxMessageBytes: take(VARIABLES.maxMessageBytes),
    maxMessageDepth: take(VARIABLES.maxMessageDepth),
    maxMessageKeys: take(VARIABLES.maxMessageKeys),
    maxTargetIds: take(VARIABLES.maxTargetIds),
    quarantineEntries: take(VARIABLES.quarantineEntries),
    maxQueueBytes: take(VARIABLES.maxQueueBytes),
    maxQueueAge: take(VARIABLES.maxQueueAge),
    preDrain: take(VARIABLES.preDrain),
    drainFor: take(VARIABLES.drainFor),
    grpcTlsEnabled: take(VARIABLES.grpcTlsEnabled),
    grpcTlsCaFile: take(VARIABLES.grpcTlsCaFile),
    grpcTlsClientCertFile: take(VARIABLES.grpcTlsClientCertFile),
    grpcTlsClientKeyFile: take(VARIABLES.grpcTlsClientKeyFile),
  };
  findings.push(...tlsFindings(settings), ...originFindings(settings), ...authFindings(settings, environment));
  if (findings.some(({ severity }) => severity === 'error')) return { findings };
  return { findings, settings: Object.freeze(settings) };
}

type Take = <T>(variable: Variable<T>) => T;

/** Reads the variables of the methods that check tokens. */
function authSettings(take: Take) {
  return {
    authMethods: take(VARIABLES.authMethods),
    authJwtIssuer: take(VARIABLES.authJwtIssuer),
    authJwtAudience: take(VARIABLES.authJwtAudience),
    authJwksUrl: take(VARIABLES.authJwksUrl),
    authJwtKeyFile: take(VARIABLES.authJwtKeyFile),
    authJwtUser: take(VARIABLES.authJwtUser),
    authJwtClaims: take(VARIABLES.authJwtClaims),
    authJwtMaxAge: take(VARIABLES.authJwtMaxAge),
    authHttpUrl: take(VARIABLES.authHttpUrl),
    authHttpStyle: take(VARIABLES.authHttpStyle),
    authHttpUser: take(VARIABLES.authHttpUser),
    authHttpClaims: take(VARIABLES.authHttpClaims),
    authHttpClientId: take(VARIABLES.authHttpClientId),
    authHttpClientSecret: take(VARIABLES.authHttpClientSecret),
    authHttpCaFile: take(VARIABLES.authHttpCaFile),
    insecureAuthHttp: take(VARIABLES.insecureAuthHttp),
    authServiceAddr: take(VARIABLES.authServiceAddr),
    authMode: take(VARIABLES.authMode),
    authCacheTtl: take(VARIABLES.authCacheTtl),
    authRevalidate: take(VARIABLES.authRevalidate),
  };
}

function takeVariable<T>(
  environment: Readonly<Record<string, string | undefined>>,
  variable: Variable<T>,
  findings: Finding[],
): T {
  const { name, parse, fallback, secret } = variable;
  const text = environment[name];
  try {
    if (text === '') throw new Malformed('a value; remove the variable to leave it unset');
    return parse(text ?? fallback);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const shown = secret ? 'a value that is not shown' : JSON.stringify(text);
    const found = `${text === '' ? 'empty' : shown}${error.why === undefined ? '' : ` (${error.why})`}`;
    findings.push(finding('environment-value', 'error', `${name} is ${found}; allowed is ${error.message}`));
    return parse(fallback);
  }
}

function authFindings(settings: Settings, environment: Readonly<Record<string, string | undefined>>): Finding[] {
  const isSet = (name: string): boolean => environment[name] !== undefined;
  return authProblems(settings, isSet).map(({ severity, message }) => finding('environment-value', severity, message));
}

function originFindings({ corsOrigin }: Settings): Finding[] {
  return warningsOf(corsOrigin).map((warning) => finding('environment-value', 'warning', warning));
}

/** TLS files of one service, named by variables with one prefix. */
interface TlsVariables {
  readonly prefix: string;
  readonly files: TlsFiles;
  readonly enabled: boolean;
  /** Warning where TLS files are set while TLS is off. */
  readonly unused: string;
}

function tlsFindings(settings: Settings): Finding[] {
  return [
    ...tlsFindingsOf({
      prefix: 'GRPC_TLS',
      files: grpcTlsFiles(settings),
      enabled: settings.grpcTlsEnabled,
      unused: 'tokens go to the auth service in plain text; set GRPC_TLS_ENABLED=true',
    }),
    ...tlsFindingsOf({
      prefix: 'REDIS_TLS',
      files: redisTlsFiles(settings),
      enabled: settings.redis.tls,
      unused: 'traffic to Redis is plain text; write rediss: in REDIS_URL for TLS',
    }),
  ];
}

export function grpcTlsFiles(settings: Settings): TlsFiles {
  const { grpcTlsCaFile: ca, grpcTlsClientCertFile: certificate, grpcTlsClientKeyFile: key } = settings;
  return { ca, certificate, key };
}

export function redisTlsFiles(settings: Settings): TlsFiles {
  const { redisTlsCaFile: ca, redisTlsClientCertFile: certificate, redisTlsClientKeyFile: key } = settings;
  return { ca, certificate, key };
}

function tlsFindingsOf({ prefix, files, enabled, unused }: TlsVariables): Finding[] {
  const { ca, certificate, key } = files;
  if ((certificate === undefined) !== (key === undefined)) {
    const message = `${prefix}_CLIENT_CERT_FILE and ${prefix}_CLIENT_KEY_FILE belong together; set both or neither`;
    return [finding('environment-value', 'error', message)];
  }
  if (enabled)
    return tlsFileProblems(files).map((problem) =>
      finding('environment-value', 'error', `${prefix}_…_FILE: ${problem}`),
    );
  if (ca === undefined && certificate === undefined) return [];
  return [finding('environment-value', 'warning', `${prefix}_… files are set, but ${unused}`)];
}

/** Short names are ignored: they may belong to other programs. */
const SHORTEST_NEAR_MISS = 8;

function nearMisses(environment: Readonly<Record<string, string | undefined>>): Finding[] {
  const names = Object.values(VARIABLES).map(({ name }) => name);
  return Object.keys(environment).flatMap((name) => {
    if (name.length < SHORTEST_NEAR_MISS || names.includes(name)) return [];
    const near = didYouMean(name, names, 2);
    if (near === undefined) return [];
    return [finding('environment-unknown', 'warning', `${name} is not read; did you mean ${near}?`)];
  });
}

function finding(code: Finding['code'], severity: Finding['severity'], message: string): Finding {
  return { code, severity, file: 'environment', message };
}
