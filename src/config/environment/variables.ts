import { authMethods, claimPointers, httpsUrl, pointer } from './auth-values.ts';
import { natMap } from './nat-map.ts';
import { redisUrl } from './redis-url.ts';
import * as types from './variable-types.ts';

/** A variable of the environment. An empty value is refused, so that `ADMIN_TOKEN=` never passes for a secret. */
export interface Variable<T> {
  readonly name: string;
  readonly parse: types.Parse<T>;
  /** The default; "" where there is none. */
  readonly fallback: string;
  readonly description: string;
  readonly secret?: true;
}

/** Every variable that the gateway reads, except OpenTelemetry's `OTEL_*`. */
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
    'Addresses of cluster nodes and sentinel masters that announce addresses which cannot be reached from here: announced-host:port=host:port, comma-separated; or asked-host: the host that was queried, with the announced port.',
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
    'PEM file of the client certificate for Redis (mutual TLS).',
  ),
  redisTlsClientKeyFile: define(
    'REDIS_TLS_CLIENT_KEY_FILE',
    types.optional(types.path),
    '',
    "PEM file of that certificate's key.",
  ),
  authMethods: define(
    'AUTH_METHODS',
    authMethods,
    'grpc',
    'How tokens are checked, in this order, comma-separated: jwt (verified here), then grpc or http (a service). The service is called only for tokens that are no JWT of AUTH_JWT_ISSUER.',
  ),
  authJwtIssuer: define(
    'AUTH_JWT_ISSUER',
    types.optional(types.path),
    '',
    'The iss of accepted JWTs, to the letter. Demanded by AUTH_METHODS=jwt.',
  ),
  authJwtAudience: define(
    'AUTH_JWT_AUDIENCE',
    types.optional(types.path),
    '',
    'The aud that accepted JWTs have, alone or in a list. Demanded by AUTH_METHODS=jwt.',
  ),
  authJwksUrl: define(
    'AUTH_JWKS_URL',
    types.optional(httpsUrl),
    '',
    "https:// address of the issuer's keys (JWK Set); http:// to loopback only, unless INSECURE_AUTH_HTTP is true.",
  ),
  authJwtKeyFile: define(
    'AUTH_JWT_KEY_FILE',
    types.optional(types.path),
    '',
    "File with the issuer's public keys, in place of AUTH_JWKS_URL: a JWK Set, or PEM. Read again when it changes.",
  ),
  authJwtUser: define('AUTH_JWT_USER', pointer, '/sub', 'JSON Pointer to the user id in the payload of a JWT.'),
  authJwtClaims: define(
    'AUTH_JWT_CLAIMS',
    claimPointers,
    '',
    'Where the claims of identity are in the payload of a JWT: orgs=/org_ids,roles=/realm_access/roles. A claim without an entry is read at its name.',
  ),
  authJwtMaxAge: define(
    'AUTH_JWT_MAX_AGE',
    types.positiveSeconds,
    '86400',
    'Longest life of a JWT in seconds, from iat to exp; longer-lived ones are refused. Revocations are kept for so long.',
  ),
  authHttpUrl: define(
    'AUTH_HTTP_URL',
    types.optional(httpsUrl),
    '',
    'https:// address of the endpoint that knows tokens, with AUTH_METHODS=http; http:// to loopback only, unless INSECURE_AUTH_HTTP is true.',
  ),
  authHttpStyle: define(
    'AUTH_HTTP_STYLE',
    types.choice('bearer', 'introspection'),
    'bearer',
    'bearer: GET with the token as Authorization: Bearer; 200 with JSON is valid, 401 and 403 are invalid. introspection: OAuth 2.0 (RFC 7662), POST.',
  ),
  authHttpUser: define(
    'AUTH_HTTP_USER',
    types.optional(pointer),
    '',
    'JSON Pointer to the user id in the answer. Unset: /id with bearer, /sub with introspection.',
  ),
  authHttpClaims: define(
    'AUTH_HTTP_CLAIMS',
    claimPointers,
    '',
    'Where the claims of identity are in the answer, as in AUTH_JWT_CLAIMS.',
  ),
  authHttpClientId: define(
    'AUTH_HTTP_CLIENT_ID',
    types.optional(types.path),
    '',
    'Client id of the gateway at the introspection endpoint.',
  ),
  authHttpClientSecret: {
    ...define(
      'AUTH_HTTP_CLIENT_SECRET',
      types.optional(types.path),
      '',
      'Its secret; both are sent as Authorization: Basic.',
    ),
    secret: true,
  },
  authHttpCaFile: define(
    'AUTH_HTTP_CA_FILE',
    types.optional(types.path),
    '',
    "PEM file of the authority that signed the certificates of AUTH_JWKS_URL and AUTH_HTTP_URL. Unset: the system's authorities.",
  ),
  insecureAuthHttp: define(
    'INSECURE_AUTH_HTTP',
    types.flag,
    'false',
    'true: also plain http:// to hosts other than loopback, where keys can be exchanged and tokens be read on the way.',
  ),
  authServiceAddr: define(
    'AUTH_SERVICE_ADDR',
    types.hostAndPort,
    'localhost:50051',
    'host:port of the auth service (gRPC). Read only where AUTH_METHODS has grpc.',
  ),
  authMode: define(
    'AUTH_MODE',
    types.choice('required', 'optional'),
    'required',
    'required: no connection without a valid token. optional: without a token a client is anonymous and receives only broadcasts to anyone.',
  ),
  authCacheTtl: define(
    'AUTH_CACHE_TTL',
    types.seconds(3600),
    '30',
    'Seconds for which a valid token is cached for further connections. 0: each connection is validated.',
  ),
  authRevalidate: define(
    'AUTH_REVALIDATE',
    types.seconds(86_400),
    '300',
    'Seconds after which, at the latest, the token of an open connection is validated again. 0: never.',
  ),
  insecureQueryToken: define(
    'INSECURE_QUERY_TOKEN',
    types.flag,
    'false',
    'true: also accept the token from ?token=, where access logs record it.',
  ),
  tokenCookie: define(
    'TOKEN_COOKIE',
    types.optional(types.cookieName),
    '',
    'Name of a cookie that holds the token, for pages that cannot read it (HttpOnly). Read only from pages of its own host or of an exact entry of CORS_ORIGIN. Unset: cookies are not read.',
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
      'Bearer token for /admin, /console and user ids at /metrics, at least 16 characters. Unset: they are not served in production.',
    ),
    secret: true,
  },
  logLevel: define(
    'LOG_LEVEL',
    types.choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'info',
    'Lowest level that is logged: fatal, error, warn, info, debug, trace or silent.',
  ),
  traceDrops: define(
    'TRACE_DROPS',
    types.choice('sampled', 'always'),
    'sampled',
    'sampled: only sampled traces are recorded. always: dropped messages and refused clients are traced even where sampling leaves them out.',
  ),
  trustProxy: define(
    'TRUST_PROXY',
    types.listOf(types.trustedProxies),
    '',
    'Proxies whose X-Forwarded-For, -Host, -Port and -Proto are trusted: addresses, networks, or loopback, linklocal, uniquelocal. Unset: none.',
  ),
  webSocketServer: define(
    'WEBSOCKET_SERVER',
    types.choice('gateway', 'socket.io'),
    'gateway',
    'Server of clients that start with websocket: gateway, or socket.io, the library, which serves all other clients and takes more memory and time per client.',
  ),
  socketPath: define(
    'SOCKET_PATH',
    types.socketPath,
    '/socket.io/',
    'Path of Socket.IO as it reaches the gateway: a proxy may remove a prefix. Clients set it in their option path.',
  ),
  pingInterval: define(
    'PING_INTERVAL',
    types.heartbeat,
    '25',
    'Seconds between two heartbeats of a connection, 1 to 300. Keep it below the idle timeout of every proxy, for polling too.',
  ),
  pingTimeout: define(
    'PING_TIMEOUT',
    types.heartbeat,
    '20',
    'Seconds within which a client must answer a heartbeat, 1 to 300.',
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
    'New connections that this instance accepts per second, at most a tenth of them from one address. 0: no limit.',
  ),
  handshakeTimeout: define(
    'HANDSHAKE_TIMEOUT',
    types.seconds(300),
    '10',
    'Seconds within which a client must complete its handshake. 0: no limit.',
  ),
  maxClientMessageBytes: define(
    'MAX_CLIENT_MESSAGE_BYTES',
    types.limitOfBytes,
    '65536',
    'Longest message accepted from a client, in bytes. 0: no limit.',
  ),
  maxClientPacketsPerSecond: define(
    'MAX_CLIENT_PACKETS_PER_SECOND',
    types.limit,
    '50',
    'Packets that a client may send per second (events, acknowledgements, heartbeats); the burst is ten times as many. 0: no limit.',
  ),
  maxMessageBytes: define(
    'MAX_MESSAGE_BYTES',
    types.limitOfBytes,
    '1048576',
    'Longest message accepted from Redis, in bytes. 0: no limit. A route may lower it with max_bytes.',
  ),
  maxMessageDepth: define(
    'MAX_MESSAGE_DEPTH',
    types.integer(1, 1000),
    '64',
    'Deepest nesting of a message, 1000 at most.',
  ),
  maxMessageKeys: define(
    'MAX_MESSAGE_KEYS',
    types.limit,
    '10000',
    'Keys of all objects of a message together. 0: no limit.',
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
    'Approximate number of messages kept in Redis per route with on_invalid: quarantine, at most 64 KiB of each.',
  ),
  maxQueueBytes: define(
    'MAX_QUEUE_BYTES',
    types.positiveBytes,
    '1048576',
    'Bytes that may be queued for a slow client. Above half of it, the client receives only the newest event of routes with latest; above it, the client is disconnected and reconnects.',
  ),
  maxQueueAge: define(
    'MAX_QUEUE_AGE',
    types.positiveSeconds,
    '10',
    'Seconds that an event may be queued for a slow client, as above. A client that reads nothing for as long is disconnected.',
  ),
  preDrain: define(
    'PRE_DRAIN',
    types.seconds(300),
    '5',
    'Seconds after SIGTERM in which the gateway reports not ready and still serves all clients, so that load balancers notice. None in development.',
  ),
  drainFor: define(
    'DRAIN_FOR',
    types.seconds(3600),
    '15',
    'Seconds over which connections are closed after that, evenly, at least 20 per second. 0: all immediately.',
  ),
  grpcTlsEnabled: define('GRPC_TLS_ENABLED', types.flag, 'false', 'true: use TLS to the auth service.'),
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
    'PEM file of the client certificate for the auth service (mutual TLS).',
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
