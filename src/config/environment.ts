import { didYouMean } from '../schema/did-you-mean.ts';
import type { Finding } from './findings.ts';
import { tlsFileProblems } from './tls-files.ts';
import * as types from './variable-types.ts';

/** A variable of the environment. Set but empty is refused, so that `ADMIN_TOKEN=` never passes for a secret. */
export interface Variable<T> {
  readonly name: string;
  readonly parse: types.Parse<T>;
  /** What stands in when the variable is unset; "" where that means none. */
  readonly fallback: string;
  readonly description: string;
  readonly secret?: true;
}

/** Every variable the gateway reads, besides OpenTelemetry's own `OTEL_*`. */
export const VARIABLES = {
  port: define('PORT', types.port, '3000', 'TCP port to listen on.'),
  bindAddress: define('BIND_ADDRESS', types.optional(types.address), '', 'Address to listen on. Unset: all of them.'),
  redis: {
    ...define(
      'REDIS_URL',
      types.redisUrl,
      'redis://localhost:6379',
      'Redis to subscribe at, redis:// or rediss:// (TLS).',
    ),
    secret: true,
  },
  authServiceAddr: define(
    'AUTH_SERVICE_ADDR',
    types.hostAndPort,
    'localhost:50051',
    'host:port of the auth service (gRPC).',
  ),
  authMode: define(
    'AUTH_MODE',
    types.choice('required', 'optional'),
    'required',
    'required: no connection without a valid token. optional: without a token a client is anonymous and hears only broadcasts for anyone.',
  ),
  insecureQueryToken: define(
    'INSECURE_QUERY_TOKEN',
    types.flag,
    'false',
    'true: take the token from ?token= too. It then ends in access logs.',
  ),
  corsOrigin: define(
    'CORS_ORIGIN',
    types.listOf(types.origins),
    '',
    'Origins whose pages may connect, comma-separated, exact. Unset: same-origin pages only.',
  ),
  nodeEnv: define(
    'NODE_ENV',
    types.choice('production', 'development', 'test'),
    'production',
    'development: readable logs, and user ids at /metrics.',
  ),
  routesFile: define('ROUTES_FILE', types.path, 'config/routes.yaml', 'The routes file.'),
  configRoot: define(
    'CONFIG_ROOT',
    types.optional(types.path),
    '',
    "Folder that must hold the routes file and its schemas. Unset: the parent of the routes file's folder.",
  ),
  adminToken: {
    ...define(
      'ADMIN_TOKEN',
      types.optional(types.secret),
      '',
      'Bearer token that shows user ids at /metrics, 16 characters at least. Unset: nobody sees them in production.',
    ),
    secret: true,
  },
  logLevel: define(
    'LOG_LEVEL',
    types.choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'info',
    'Least level that is logged: fatal, error, warn, info, debug, trace or silent.',
  ),
  trustProxy: define(
    'TRUST_PROXY',
    types.listOf(types.trustedProxies),
    '',
    'Proxies whose X-Forwarded-For is believed: addresses, networks, or loopback, linklocal, uniquelocal. Unset: none.',
  ),
  maxMessageBytes: define(
    'MAX_MESSAGE_BYTES',
    types.positiveInteger,
    '1048576',
    'Longest message taken from Redis, in bytes.',
  ),
  grpcTlsEnabled: define('GRPC_TLS_ENABLED', types.flag, 'false', 'true: speak TLS to the auth service.'),
  grpcTlsCaFile: define(
    'GRPC_TLS_CA_FILE',
    types.optional(types.path),
    '',
    "PEM file of the authority that signed the auth service's certificate. Unset: the system's authorities.",
  ),
  grpcTlsClientCertFile: define(
    'GRPC_TLS_CLIENT_CERT_FILE',
    types.optional(types.path),
    '',
    'PEM file of the certificate that the gateway shows (mutual TLS).',
  ),
  grpcTlsClientKeyFile: define(
    'GRPC_TLS_CLIENT_KEY_FILE',
    types.optional(types.path),
    '',
    "PEM file of that certificate's key.",
  ),
} as const;

type Values<V> = { readonly [Key in keyof V]: V[Key] extends Variable<infer T> ? T : never };

/** What the environment says, parsed and frozen. */
export type Settings = Values<typeof VARIABLES>;

export interface EnvironmentReading {
  readonly settings?: Settings;
  readonly findings: readonly Finding[];
}

export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): EnvironmentReading {
  const findings: Finding[] = nearMisses(environment);
  const take = <T>(variable: Variable<T>): T => takeVariable(environment, variable, findings);
  const settings: Settings = {
    port: take(VARIABLES.port),
    bindAddress: take(VARIABLES.bindAddress),
    redis: take(VARIABLES.redis),
    authServiceAddr: take(VARIABLES.authServiceAddr),
    authMode: take(VARIABLES.authMode),
    insecureQueryToken: take(VARIABLES.insecureQueryToken),
    corsOrigin: take(VARIABLES.corsOrigin),
    nodeEnv: take(VARIABLES.nodeEnv),
    routesFile: take(VARIABLES.routesFile),
    configRoot: take(VARIABLES.configRoot),
    adminToken: take(VARIABLES.adminToken),
    logLevel: take(VARIABLES.logLevel),
    trustProxy: take(VARIABLES.trustProxy),
    maxMessageBytes: take(VARIABLES.maxMessageBytes),
    grpcTlsEnabled: take(VARIABLES.grpcTlsEnabled),
    grpcTlsCaFile: take(VARIABLES.grpcTlsCaFile),
    grpcTlsClientCertFile: take(VARIABLES.grpcTlsClientCertFile),
    grpcTlsClientKeyFile: take(VARIABLES.grpcTlsClientKeyFile),
  };
  findings.push(...tlsFindings(settings));
  if (findings.some(({ severity }) => severity === 'error')) return { findings };
  return { findings, settings: Object.freeze(settings) };
}

function define<T>(name: string, parse: types.Parse<T>, fallback: string, description: string): Variable<T> {
  return { name, parse, fallback, description };
}

function takeVariable<T>(
  environment: Readonly<Record<string, string | undefined>>,
  variable: Variable<T>,
  findings: Finding[],
): T {
  const { name, parse, fallback, secret } = variable;
  const text = environment[name];
  try {
    if (text === '') throw new types.Malformed('a value, or no such variable at all');
    return parse(text ?? fallback);
  } catch (error) {
    if (!(error instanceof types.Malformed)) throw error;
    const shown = secret ? 'a value that is not shown' : JSON.stringify(text);
    findings.push(
      finding('environment-value', 'error', `${name} is ${text === '' ? 'empty' : shown}; allowed is ${error.message}`),
    );
    return parse(fallback);
  }
}

function tlsFindings(settings: Settings): Finding[] {
  const { grpcTlsEnabled: enabled, grpcTlsCaFile: ca, grpcTlsClientCertFile: certificate } = settings;
  const findings: Finding[] = [];
  if ((certificate === undefined) !== (settings.grpcTlsClientKeyFile === undefined)) {
    const message = 'GRPC_TLS_CLIENT_CERT_FILE and GRPC_TLS_CLIENT_KEY_FILE go together; set both or neither';
    return [finding('environment-value', 'error', message)];
  }
  if (!enabled && (ca !== undefined || certificate !== undefined)) {
    const message =
      'GRPC_TLS_… files are named, but tokens go to the auth service in plain text; set GRPC_TLS_ENABLED=true';
    findings.push(finding('environment-value', 'warning', message));
  }
  const problems = enabled ? tlsFileProblems({ ca, certificate, key: settings.grpcTlsClientKeyFile }) : [];
  findings.push(...problems.map((problem) => finding('environment-value', 'error', `GRPC_TLS_…_FILE: ${problem}`)));
  return findings;
}

/** Short names are left alone: other programs have variables too. */
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
