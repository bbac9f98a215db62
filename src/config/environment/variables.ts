import { natMap } from './nat-map.ts';
import { redisUrl } from './redis-url.ts';
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
      redisUrl,
      'redis://localhost:6379',
      'Redis to subscribe at: redis://, redis+sentinel:// or redis+cluster://, with TLS rediss://, rediss+sentinel:// or rediss+cluster://.',
    ),
    secret: true,
  },
  redisNatMap: define(
    'REDIS_NAT_MAP',
    natMap,
    '',
    'Where nodes of a cluster and masters of sentinels are reached that announce other addresses: announced-host:port=host:port, separated by commas; or asked-host: at the host that was asked and the announced port.',
  ),
  redisTlsCaFile: define(
    'REDIS_TLS_CA_FILE',
    types.optional(types.path),
    '',
    "PEM file of the authority that signed the certificates of Redis and its sentinels. Unset: the system's authorities.",
  ),
  redisTlsClientCertFile: define(
    'REDIS_TLS_CLIENT_CERT_FILE',
    types.optional(types.path),
    '',
    'PEM file of the certificate that the gateway shows to Redis (mutual TLS).',
  ),
  redisTlsClientKeyFile: define(
    'REDIS_TLS_CLIENT_KEY_FILE',
    types.optional(types.path),
    '',
    "PEM file of that certificate's key.",
  ),
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
  authCacheTtl: define(
    'AUTH_CACHE_TTL',
    types.seconds(3600),
    '30',
    'Seconds for which a valid token is not asked about again when it comes with a new connection. 0: each connection is asked about.',
  ),
  authRevalidate: define(
    'AUTH_REVALIDATE',
    types.seconds(86_400),
    '300',
    'Seconds after which, at the latest, the token of a connection is asked about again. 0: never.',
  ),
  insecureQueryToken: define(
    'INSECURE_QUERY_TOKEN',
    types.flag,
    'false',
    'true: take the token from ?token= too. It then ends in access logs.',
  ),
  tokenCookie: define(
    'TOKEN_COOKIE',
    types.optional(types.cookieName),
    '',
    'Name of a cookie that holds the token, for pages that cannot read it (HttpOnly). Read only from pages of the own host or of an exact entry of CORS_ORIGIN. Unset: cookies are not read.',
  ),
  corsOrigin: define(
    'CORS_ORIGIN',
    types.listOf(types.origins),
    '',
    "Origins whose pages may connect, comma-separated: https://app.example.com, https://*.example.com (one label), app://localhost, null, file://. Unset: pages of the gateway's own host only.",
  ),
  nodeEnv: define(
    'NODE_ENV',
    types.choice('production', 'development', 'test'),
    'production',
    'development: readable logs, /admin open without a token, user ids at /metrics.',
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
      'Bearer token for /admin, /console and user ids at /metrics, 16 characters at least. Unset: nobody gets at them in production.',
    ),
    secret: true,
  },
  logLevel: define(
    'LOG_LEVEL',
    types.choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'info',
    'Least level that is logged: fatal, error, warn, info, debug, trace or silent.',
  ),
  traceDrops: define(
    'TRACE_DROPS',
    types.choice('sampled', 'always'),
    'sampled',
    'sampled: traces hold what their sampling says. always: drops, and clients that were refused, are traced although their trace is not sampled.',
  ),
  trustProxy: define(
    'TRUST_PROXY',
    types.listOf(types.trustedProxies),
    '',
    'Proxies whose X-Forwarded-For, -Host, -Port and -Proto are believed: addresses, networks, or loopback, linklocal, uniquelocal. Unset: none.',
  ),
  webSocketServer: define(
    'WEBSOCKET_SERVER',
    types.choice('gateway', 'socket.io'),
    'gateway',
    'Who serves clients that begin by websocket: gateway, or socket.io, the library, which serves all others and takes more memory and time for each.',
  ),
  socketPath: define(
    'SOCKET_PATH',
    types.socketPath,
    '/socket.io/',
    'Path of Socket.IO, as it arrives here: a proxy may take a prefix away. Clients name it in their option path.',
  ),
  pingInterval: define(
    'PING_INTERVAL',
    types.heartbeat,
    '25',
    'Seconds between two heartbeats of a connection, 1 to 300. Below the idle timeout of each proxy in between, for polling too.',
  ),
  pingTimeout: define(
    'PING_TIMEOUT',
    types.heartbeat,
    '20',
    'Seconds that a client has to answer a heartbeat, 1 to 300.',
  ),
  maxConnections: define(
    'MAX_CONNECTIONS',
    types.limit,
    '0',
    'Connections of all clients to this instance. 0: as many as open files allow.',
  ),
  maxConnectionsPerUser: define(
    'MAX_CONNECTIONS_PER_USER',
    types.limit,
    '100',
    'Connections of one user to this instance. 0: no limit.',
  ),
  maxConnectionsPerAddress: define(
    'MAX_CONNECTIONS_PER_ADDRESS',
    types.limit,
    '2000',
    'Connections from one address, or one IPv6 network of 64 bits, to this instance. 0: no limit. Behind a proxy set TRUST_PROXY.',
  ),
  maxHandshakesPerSecond: define(
    'MAX_HANDSHAKES_PER_SECOND',
    types.limit,
    '500',
    'New connections that this instance takes in a second, a tenth of them from one address. 0: no limit.',
  ),
  handshakeTimeout: define(
    'HANDSHAKE_TIMEOUT',
    types.seconds(300),
    '10',
    'Seconds that a client has until it is let in. 0: no limit.',
  ),
  maxClientMessageBytes: define(
    'MAX_CLIENT_MESSAGE_BYTES',
    types.limit,
    '65536',
    'Longest message taken from a client, in bytes. 0: no limit.',
  ),
  maxClientPacketsPerSecond: define(
    'MAX_CLIENT_PACKETS_PER_SECOND',
    types.limit,
    '50',
    'Packets that a client may send in a second, and ten times as many at once: events, acknowledgements, heartbeats. 0: no limit.',
  ),
  maxMessageBytes: define(
    'MAX_MESSAGE_BYTES',
    types.limit,
    '1048576',
    'Longest message taken from Redis, in bytes. 0: no limit. A route may take less, with max_bytes.',
  ),
  maxMessageDepth: define(
    'MAX_MESSAGE_DEPTH',
    types.integer(1, 1000),
    '64',
    'Brackets inside one another in a message, 1000 at most.',
  ),
  maxMessageKeys: define(
    'MAX_MESSAGE_KEYS',
    types.limit,
    '10000',
    'Keys in a message, those of all its objects together. 0: no limit.',
  ),
  maxTargetIds: define(
    'MAX_TARGET_IDS',
    types.limit,
    '10000',
    'User ids that the target fields of a route may name in one message. 0: no limit.',
  ),
  quarantineEntries: define(
    'QUARANTINE_ENTRIES',
    types.integer(1, 100_000),
    '1000',
    'Messages that are kept in Redis of each route with on_invalid: quarantine, about. Of each 64 KiB at most.',
  ),
  maxQueueBytes: define(
    'MAX_QUEUE_BYTES',
    types.positiveInteger,
    '1048576',
    'Bytes that may wait for a client that reads slowly, whatever they are. Beyond half of that it gets the newest only of routes with latest; beyond it, it is cut off and connects again.',
  ),
  maxQueueAge: define(
    'MAX_QUEUE_AGE',
    types.positiveInteger,
    '10',
    'Seconds that something may wait for a client that reads slowly, as above. One that takes nothing at all for as long is cut off.',
  ),
  preDrain: define(
    'PRE_DRAIN',
    types.seconds(300),
    '5',
    'Seconds after SIGTERM in which the gateway is not ready and serves everybody as before, for load balancers to notice. None in development.',
  ),
  drainFor: define(
    'DRAIN_FOR',
    types.seconds(3600),
    '15',
    'Seconds over which connections are closed then, at an even pace, 20 a second at least. 0: all at once.',
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

function define<T>(name: string, parse: types.Parse<T>, fallback: string, description: string): Variable<T> {
  return { name, parse, fallback, description };
}
