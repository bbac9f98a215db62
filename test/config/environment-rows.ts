import type { Settings } from '../../src/config/environment/environment.ts';
import type { FindingCode } from '../../src/config/text/findings.ts';

export type EnvironmentRow = readonly [
  name: string,
  environment: Readonly<Record<string, string>>,
  expected: readonly (readonly [code: FindingCode, message: string])[],
];

/** Never to be seen in a finding. */
export const CANARY = 'canary-3f9c1e';

const value = (name: string, text: string, found: string, allowed: string): EnvironmentRow => [
  `${name}=${JSON.stringify(text)}`,
  { [name]: text },
  [['environment-value', `${name} is ${found}; allowed is ${allowed}`]],
];
const shown = (name: string, text: string, allowed: string): EnvironmentRow =>
  value(name, text, JSON.stringify(text), allowed);
const hidden = (name: string, text: string, allowed: string, why?: string): EnvironmentRow =>
  value(name, text, `a value that is not shown${why === undefined ? '' : ` (${why})`}`, allowed);

const PORTS = 'a whole number from 1 to 65535';
const LIMIT = `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`;
const LIMIT_BYTES = LIMIT.replace('number', 'number of bytes');
/** Variables that 0 switches off. */
const LIMITS = [
  'MAX_CONNECTIONS',
  'MAX_CONNECTIONS_PER_USER',
  'MAX_CONNECTIONS_PER_ADDRESS',
  'MAX_HANDSHAKES_PER_SECOND',
  'MAX_CLIENT_MESSAGE_BYTES',
  'MAX_CLIENT_PACKETS_PER_SECOND',
  'MAX_MESSAGE_BYTES',
  'MAX_MESSAGE_KEYS',
  'MAX_TARGET_IDS',
];
const ENCODE = 'rediss for TLS; percent-encode @ : / ? # % in users and passwords';
const SINGLE = 'redis://[user:password@]host[:port][/db]';
const SENTINEL =
  'redis+sentinel://[user:password@]host[:port],…/name-of-master[/db][?sentinel_username=…&sentinel_password=…]';
const CLUSTER = 'redis+cluster://[user:password@]host[:port],…';
const REDIS = `${SINGLE}, ${SENTINEL} or ${CLUSTER}; ${ENCODE}`;
const NO_OPTIONS = 'after ? comes nothing';
const SENTINEL_OPTIONS = 'after ? comes sentinel_username and sentinel_password, once each and not empty';
const SPACE = 'it holds a space or a line end';
const NO_SOCKETS = 'socket files are not supported, write host and port';
const NO_SCHEME = 'the scheme is missing, put redis:// in front, or rediss:// for TLS';
const PLACEHOLDER = 'it is a placeholder that no tool has filled';
const CA_FILE = 'REDIS_TLS_CA_FILE names the certificate to trust, of an authority or of a self-signed server';
const CREDENTIALS = 'a user and password in valid percent-encoding (% itself is %25)';
const ORIGINS =
  'origins such as https://app.example.com, comma-separated, without a path and with hosts in ASCII (xn--…); https://*.example.com for one label before a domain of two labels or more; null; file://';
const ITEMS = 'a comma-separated list without empty items';
const PROXIES = 'addresses, networks such as 10.0.0.0/8, or loopback, linklocal, uniquelocal; comma-separated';

const SOCKET_PATH =
  'a path such as /socket.io/ or /ws/socket.io/: names of letters, digits and . _ ~ -, the first none of health, metrics, admin, console, docs';
const HEARTBEAT = 'a whole number of seconds from 1 to 300';
const HEARTBEAT_SECONDS = "a whole number of seconds from 1 to 300; Socket.IO's own option is in milliseconds";

/** Rows B20 and B21 of docs/bad-input.md. */
export const ENVIRONMENT_ROWS: readonly EnvironmentRow[] = [
  ...['PING_INTERVAL', 'PING_TIMEOUT'].flatMap((name) => [
    ...['0', '-1', '2.5', 'abc', '1e2'].map((text) => shown(name, text, HEARTBEAT)),
    ...Object.entries({
      '25s': 'it has the unit s; write 25',
      '25 s': 'it has the unit s; write 25',
      '2m': 'it has the unit m; write 120',
      '25000ms': 'it has the unit ms; write 25',
      '1.5s': 'it has the unit s',
      '10m': 'it has the unit m',
      '2 fortnights': 'it has the unit fortnights',
    }).map(([text, why]) => value(name, text, `${JSON.stringify(text)} (${why})`, HEARTBEAT)),
    ...['301', '20000', '25000'].map((text) => shown(name, text, HEARTBEAT_SECONDS)),
  ]),
  ...['/', '//', '/a//b/', '/../x/', '/./', '/socket.io/?x', '/a b/', '/%2e/', 'https://a/b', '/é/', '/*', '/:x/'].map(
    (text) => shown('SOCKET_PATH', text, SOCKET_PATH),
  ),
  ...['/health', 'metrics/', '/admin/socket.io/', '/console', '/docs/x'].map((text) =>
    shown('SOCKET_PATH', text, SOCKET_PATH),
  ),
  ...[
    'abc',
    '0',
    '70000',
    '65536',
    '3000 ',
    ' 3000',
    '+3000',
    '3e3',
    '0x10',
    '-1',
    '3000.0',
    '٣٠٠٠',
    '9'.repeat(40),
  ].map((text) => shown('PORT', text, PORTS)),
  ...['ture', 'TRUE', 'yes', '1', 'true '].map((text) => shown('GRPC_TLS_ENABLED', text, 'one of true, false')),
  shown('AUTH_MODE', 'none', 'one of required, optional'),
  shown('NODE_ENV', 'prod', 'one of production, development, test'),
  shown('LOG_LEVEL', 'verbose', 'one of fatal, error, warn, info, debug, trace, silent'),
  shown('TRACE_DROPS', 'yes', 'one of sampled, always'),
  value('MAX_MESSAGE_BYTES', '1MB', '"1MB" (it has the unit MB; write 1000000)', LIMIT_BYTES),
  value('MAX_MESSAGE_BYTES', '64KiB', '"64KiB" (it has the unit KiB; write 65536)', LIMIT_BYTES),
  value('MAX_MESSAGE_BYTES', '0.5KiB', '"0.5KiB" (it has the unit KiB; write 512)', LIMIT_BYTES),
  value('MAX_MESSAGE_BYTES', '1M', '"1M" (it has the unit M)', LIMIT_BYTES),
  value('AUTH_CACHE_TTL', '30s', '"30s" (it has the unit s; write 30)', 'a whole number of seconds from 0 to 3600'),
  value(
    'MAX_QUEUE_AGE',
    '10s',
    '"10s" (it has the unit s; write 10)',
    `a whole number of seconds from 1 to ${Number.MAX_SAFE_INTEGER}`,
  ),
  ...LIMITS.map((name) => shown(name, '-1', name.endsWith('_BYTES') ? LIMIT_BYTES : LIMIT)),
  ...['0', '1001', '1e2'].map((text) => shown('MAX_MESSAGE_DEPTH', text, 'a whole number from 1 to 1000')),
  ...['PORT', 'REDIS_URL', 'ADMIN_TOKEN', 'CORS_ORIGIN', 'BIND_ADDRESS', 'ROUTES_FILE'].map((name) =>
    value(name, '', 'empty', 'a value; remove the variable to leave it unset'),
  ),
  ...['example.com', '256.1.1.1', '127.0.0.1:80'].map((text) =>
    shown('BIND_ADDRESS', text, 'an IP address, such as 127.0.0.1 or ::'),
  ),
  ...['auth', 'auth:', 'auth:0', 'auth:70000', 'http://auth:1', 'a b:1', ':50051', '::1:50051'].map((text) =>
    shown('AUTH_SERVICE_ADDR', text, 'host:port, such as auth-service:50051'),
  ),

  ...['my token', 'token=', 'a;b', 'a,b', 'токен', '"token"', 'x'.repeat(101)].map((text) =>
    shown('TOKEN_COOKIE', text, 'the name of a cookie, such as token or __Host-token'),
  ),
  shown('CORS_ORIGIN', 'https://a.example,,https://b.example', ITEMS),
  shown('CORS_ORIGIN', 'https://a.example,', ITEMS),
  shown('CORS_ORIGIN', ' ', ITEMS),
  ...[
    '*',
    'https://*',
    'https://*.com',
    'https://*.',
    'https://*.example.com.',
    'https://*.*.example.com',
    'https://*.a.*.example.com',
    'https://a.*.example.com',
    'https://pr-*.example.com',
    'https://*pr.example.com',
    'https://*.example.com:*',
    'https://*.example.com/app',
    'https://*.10.0.0.1',
    'https://*.[::1]',
    'https://*@*.example.com',
    '*://*.example.com',
    '*.example.com',
    'app://*.example.com',
    '/example\\.com$/',
    '^https://example\\.com$',
    'https://a.example/app',
    'https://a.example//',
    'a.example',
    'https://user@a.example',
    'https://a.example?x',
    'https://a.example#x',
    'https://a.example\\b',
    'https://exämple.com',
    'https://*.exämple.com',
    'https://a.example;https://b.example',
    'https://a.example https://b.example',
    'https://',
    'https:///',
    'Null',
    'NULL',
    'null/',
    'file:',
    'file://a',
    'file:///home/a.html',
    'ftp://a.example',
    'data:text/html;x',
    'http://127.1',
    'http://2130706433',
    'https://a.example:99999',
    'https://a.example:0',
    'http://[::1',
    'app://localhost/path',
    'app://*',
  ].map((text) => shown('CORS_ORIGIN', text, ORIGINS)),

  ...[
    '10.0.0.0/33',
    '10.0.0.0/0',
    '::/0',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::/129',
    'everyone',
    'proxy.example.com',
    'true',
    '1',
  ].map((text) => shown('TRUST_PROXY', text, PROXIES)),
  shown('TRUST_PROXY', 'loopback,,10.0.0.1', ITEMS),

  ...[
    'redis:localhost',
    'redis://',
    'redis:///1',
    'redis+other://h',
    'redis://h#1',
    `redis://:${CANARY}#x@h`,
    `redis//:${CANARY}@h`,
  ].map((text) => hidden('REDIS_URL', text, REDIS)),
  ...(
    [
      [' redis://h/a b', SPACE],
      [`redis:// :${CANARY}@`, SPACE],
      [`redis://:${CANARY}@h\n`, SPACE],
      [CANARY, NO_SCHEME],
      ['localhost', NO_SCHEME],
      ['localhost:6379', NO_SCHEME],
      ['[::1]:6379/1', NO_SCHEME],
      ['unix:///run/redis.sock', NO_SOCKETS],
      [`unix://:${CANARY}@/run/redis.sock?db=1`, NO_SOCKETS],
      ['redis+unix:///run/redis.sock', NO_SOCKETS],
      ['redis+socket:///run/redis.sock', NO_SOCKETS],
      ['/run/redis/redis.sock', NO_SOCKETS],
      ['./redis.sock', NO_SOCKETS],
      ['file:///run/redis.sock', NO_SOCKETS],
      [`valkey://:${CANARY}@h`, 'valkey:// is written redis:// here'],
      [`valkeys://:${CANARY}@h`, 'valkeys:// is written rediss:// here'],
      [`valkey+sentinel://:${CANARY}@h/m`, 'valkey is written redis here'],
      [`redis-sentinel://:${CANARY}@h/m`, 'redis-sentinel:// is written redis+sentinel:// here'],
      [`rediss-sentinel://:${CANARY}@h/m`, 'rediss-sentinel:// is written rediss+sentinel:// here'],
      ['sentinel://h/m', 'redis-sentinel:// is written redis+sentinel:// here'],
      ['redis-cluster://h', 'redis-cluster:// is written redis+cluster:// here'],
      ['rediss-cluster://h', 'rediss-cluster:// is written rediss+cluster:// here'],
      ['tls://h', 'TLS is written rediss:// here'],
      ['redis+tls://h', 'TLS is written rediss:// here'],
      ['tcp://10.0.0.1:6379', 'the scheme is redis://, or rediss:// for TLS'],
      ['http://localhost:6379', 'the scheme is redis://, or rediss:// for TLS'],
      ['REDIS://h', 'the scheme is written in lower case'],
      ['Rediss+Cluster://h', 'the scheme is written in lower case'],
      [`"redis://:${CANARY}@h"`, 'it is in quotes; remove them'],
      ['${REDIS_URL}', PLACEHOLDER],
      ['redis://{{ .Values.redis }}', PLACEHOLDER],
      [`h:6380,password=${CANARY},ssl=True`, 'a connection string of StackExchange.Redis is no URL'],
    ] as const
  ).map(([text, why]) => hidden('REDIS_URL', text, REDIS, why)),
  ...(
    [
      ['ssl_cert_reqs=none', `the certificate is always checked; ${CA_FILE}`],
      ['ssl_cert_reqs=CERT_NONE&rejectUnauthorized=false', `the certificate is always checked; ${CA_FILE}`],
      ['ssl_ca_certs=/ca.pem', CA_FILE],
      [
        'ssl_certfile=/c.pem&ssl_keyfile=/k.pem',
        'REDIS_TLS_CLIENT_CERT_FILE and REDIS_TLS_CLIENT_KEY_FILE name the client certificate',
      ],
      ['tls=true', 'TLS is written rediss:// in place of redis://'],
      ['family=6', 'the host decides the address family: a name may resolve to either, and [::1] is IPv6'],
      ['db=1', 'the database comes after the host, as in redis://host/1'],
      [`password=${CANARY}`, 'user and password come before the host, as in redis://user:password@host'],
      ['sentinelMasterId=m', 'sentinels are written redis+sentinel://host1,host2/name-of-master'],
      ['cluster=true', 'a cluster is written redis+cluster://host1,host2'],
      ['protocol=3', 'the protocol version is not an option'],
    ] as const
  ).map(([query, why]) =>
    hidden('REDIS_URL', `rediss://:${CANARY}@h:1?${query}`, `${SINGLE}; ${ENCODE}`, `${NO_OPTIONS}; ${why}`),
  ),
  hidden('REDIS_URL', `redis://h?${CANARY}=${CANARY}`, `${SINGLE}; ${ENCODE}`, NO_OPTIONS),
  ...[
    'redis://h:0',
    'redis://h:99999',
    'redis://h/x',
    'redis://h/0/1',
    'redis://h/12345',
    'redis://a%20b',
    'redis://[h]',
    `redis://:${CANARY}/x@h:1`,
  ].map((text) => hidden('REDIS_URL', text, `${SINGLE}; ${ENCODE}`)),
  hidden(
    'REDIS_URL',
    `redis://:${CANARY}@h1,h2`,
    `one host after redis://; several after redis+sentinel:// or redis+cluster://: ${REDIS}`,
  ),
  ...[
    'redis+sentinel://a:1',
    'redis+sentinel://a:1/',
    'redis+sentinel://a/my%20master',
    'redis+sentinel://a/m/0/1',
  ].map((text) => hidden('REDIS_URL', text, `${SENTINEL}, with the name of the master; ${ENCODE}`)),
  ...['redis+sentinel://a:1,/m', 'redis+sentinel://a:x/m', 'redis+sentinel://a/m/x'].map((text) =>
    hidden('REDIS_URL', text, `${SENTINEL}; ${ENCODE}`),
  ),
  ...[
    `redis+sentinel://a/m?sentinel_password=${CANARY}&sentinel_password=${CANARY}`,
    'redis+sentinel://a/m?sentinel_password=',
  ].map((text) => hidden('REDIS_URL', text, `${SENTINEL}; ${ENCODE}`, SENTINEL_OPTIONS)),
  hidden(
    'REDIS_URL',
    `redis+sentinel://a/m?password=${CANARY}`,
    `${SENTINEL}; ${ENCODE}`,
    `${SENTINEL_OPTIONS}; user and password come before the host, as in redis://user:password@host`,
  ),
  hidden('REDIS_URL', `redis+sentinel://a/m?sentinel_password=${CANARY}%`, CREDENTIALS),
  hidden('REDIS_URL', 'redis+cluster://a/1', `${CLUSTER}, without a path: a cluster has one database; ${ENCODE}`),
  hidden('REDIS_URL', 'redis+cluster://a?x=1', `${CLUSTER}; ${ENCODE}`, NO_OPTIONS),
  ...['redis+cluster://a,,b'].map((text) => hidden('REDIS_URL', text, `${CLUSTER}; ${ENCODE}`)),
  hidden('REDIS_URL', `redis://:${CANARY}%@h`, CREDENTIALS),
  hidden('REDIS_URL', `redis://%ff:${CANARY}@h`, CREDENTIALS),
  hidden('ADMIN_TOKEN', CANARY, 'at least 16 characters without spaces'),
  hidden('ADMIN_TOKEN', `${CANARY} ${CANARY}`, 'at least 16 characters without spaces'),

  [
    'a certificate without its key',
    { GRPC_TLS_ENABLED: 'true', GRPC_TLS_CLIENT_CERT_FILE: 'a.pem' },
    [
      [
        'environment-value',
        'GRPC_TLS_CLIENT_CERT_FILE and GRPC_TLS_CLIENT_KEY_FILE belong together; set both or neither',
      ],
    ],
  ],
  [
    'a key without its certificate',
    { GRPC_TLS_ENABLED: 'true', GRPC_TLS_CLIENT_KEY_FILE: 'a.pem' },
    [['environment-value', 'set both or neither']],
  ],
  [
    'an authority while TLS is off',
    { GRPC_TLS_CA_FILE: 'ca.pem' },
    [['environment-value', 'in plain text; set GRPC_TLS_ENABLED=true']],
  ],

  [
    'pages in a sandbox as an origin',
    { CORS_ORIGIN: 'https://a.example, null' },
    [['environment-value', 'CORS_ORIGIN names null: any page in a sandboxed frame']],
  ],
  [
    'local files as an origin',
    { CORS_ORIGIN: 'file:///' },
    [['environment-value', 'CORS_ORIGIN names file://: any HTML file that a user opens from a disk']],
  ],
  [
    'a near miss',
    { REDIS_URI: `redis://:${CANARY}@h` },
    [['environment-unknown', 'REDIS_URI is not read; did you mean REDIS_URL?']],
  ],
  ['a letter too many', { CORS_ORIGINS: 'https://a.example' }, [['environment-unknown', 'did you mean CORS_ORIGIN?']]],
  [
    'in small letters',
    { auth_mode: 'optional' },
    [['environment-unknown', 'auth_mode is not read; did you mean AUTH_MODE?']],
  ],
  [
    'all mistakes in one run',
    { PORT: 'x', LOG_LEVEL: 'loud', REDIS_URL: CANARY, TRUST_PROXY: 'x', ADMIN_TOKENS: CANARY },
    [
      ['environment-unknown', 'did you mean ADMIN_TOKEN?'],
      ['environment-value', 'PORT is "x"'],
      ['environment-value', 'REDIS_URL is a value that is not shown'],
      ['environment-value', 'LOG_LEVEL is "loud"'],
      ['environment-value', 'TRUST_PROXY is "x"'],
    ],
  ],
  [
    'variables that Kubernetes injects',
    {
      REDIS_PORT: 'tcp://10.0.0.1:6379',
      REDIS_SERVICE_HOST: '10.0.0.1',
      REDIS_PORT_6379_TCP_ADDR: '10.0.0.1',
      AUTH_SERVICE_PORT: 'tcp://10.0.0.2:50051',
      AUTH_SERVICE_HOST: '10.0.0.2',
      GATEWAY_PORT: 'x',
      KUBERNETES_PORT: 'x',
      PORTS: 'x',
      HOME: '/',
    },
    [],
  ],
];

const camelCase = (name: string): string =>
  name.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());

const password = (text: string): Partial<Settings> => ({
  redis: { kind: 'single', server: { host: 'h', port: 6379 }, tls: false, db: 0, login: { password: text } },
});

/** What is accepted, and what it is taken for. */
export const ACCEPTED: readonly (readonly [
  name: string,
  environment: Readonly<Record<string, string>>,
  settings: Partial<Settings>,
])[] = [
  [
    'nothing set',
    {},
    {
      port: 3000,
      redis: { kind: 'single', server: { host: 'localhost', port: 6379 }, tls: false, db: 0, login: {} },
      authServiceAddr: 'localhost:50051',
      authMode: 'required',
      corsOrigin: [],
      nodeEnv: 'production',
      routesFile: 'config/routes.yaml',
      configRoot: undefined,
      adminToken: undefined,
      logLevel: 'info',
      traceDrops: 'sampled',
      trustProxy: [],
      insecureQueryToken: false,
      grpcTlsEnabled: false,
    },
  ],
  ['PORT', { PORT: '8080' }, { port: 8080 }],
  ...LIMITS.map((name): (typeof ACCEPTED)[number] => [
    `no limit by ${name}`,
    { [name]: '0' },
    { [camelCase(name)]: Infinity },
  ]),
  [
    'origins',
    {
      CORS_ORIGIN:
        'https://a.example, http://localhost:5173,http://[::1]:3000,https://xn--exmple-cua.com,capacitor://localhost,chrome-extension://abcdef',
    },
    {
      corsOrigin: [
        'https://a.example',
        'http://localhost:5173',
        'http://[::1]:3000',
        'https://xn--exmple-cua.com',
        'capacitor://localhost',
        'chrome-extension://abcdef',
      ],
    },
  ],
  [
    'origins in other spellings than that of browsers',
    {
      CORS_ORIGIN:
        'HTTPS://A.example/, wss://b.example, ws://c.example:80, https://d.example:443, http://[0:0::1]:3000/, App://localhost',
    },
    {
      corsOrigin: [
        'https://a.example',
        'https://b.example',
        'http://c.example',
        'https://d.example',
        'http://[::1]:3000',
        'app://localhost',
      ],
    },
  ],
  [
    'patterns of origins',
    {
      CORS_ORIGIN: 'https://*.Example.com, wss://*.pr.example.com:8443, http://*.localhost:5173, https://*.co.uk:443/',
    },
    {
      corsOrigin: [
        'https://*.example.com',
        'https://*.pr.example.com:8443',
        'http://*.localhost:5173',
        'https://*.co.uk',
      ],
    },
  ],
  [
    'proxies',
    { TRUST_PROXY: 'loopback, 10.0.0.0/8,::1, fc00::/7' },
    { trustProxy: ['loopback', '10.0.0.0/8', '::1', 'fc00::/7'] },
  ],
  [
    'addresses',
    { BIND_ADDRESS: '::', AUTH_SERVICE_ADDR: '[::1]:50051' },
    { bindAddress: '::', authServiceAddr: '[::1]:50051' },
  ],
  ['the name of a cookie', { TOKEN_COOKIE: '__Host-token' }, { tokenCookie: '__Host-token' }],
  ['a token', { ADMIN_TOKEN: 'x'.repeat(16) }, { adminToken: 'x'.repeat(16) }],
  ['TLS', { GRPC_TLS_ENABLED: 'true' }, { grpcTlsEnabled: true }],
  [
    'a Redis with all there is',
    { REDIS_URL: 'rediss://app:secret@redis.example.com:6380/12' },
    {
      redis: {
        kind: 'single',
        server: { host: 'redis.example.com', port: 6380 },
        tls: true,
        db: 12,
        login: { username: 'app', password: 'secret' },
      },
    },
  ],
  [
    'a Redis at an IPv6 address',
    { REDIS_URL: 'redis://[::1]:7000/' },
    { redis: { kind: 'single', server: { host: '::1', port: 7000 }, tls: false, db: 0, login: {} } },
  ],
  [
    'a user without password',
    { REDIS_URL: 'redis://app@h' },
    { redis: { kind: 'single', server: { host: 'h', port: 6379 }, tls: false, db: 0, login: { username: 'app' } } },
  ],
  [
    'sentinels with all there is',
    { REDIS_URL: 'rediss+sentinel://app:s%40@a:1,b,[::1]:3/my-master/2?sentinel_username=x&sentinel_password=y%26' },
    {
      redis: {
        kind: 'sentinel',
        sentinels: [
          { host: 'a', port: 1 },
          { host: 'b', port: 26_379 },
          { host: '::1', port: 3 },
        ],
        sentinelLogin: { username: 'x', password: 'y&' },
        master: 'my-master',
        tls: true,
        db: 2,
        login: { username: 'app', password: 's@' },
      },
    },
  ],
  [
    'the least of sentinels',
    { REDIS_URL: 'redis+sentinel://a/m' },
    {
      redis: {
        kind: 'sentinel',
        sentinels: [{ host: 'a', port: 26_379 }],
        sentinelLogin: {},
        master: 'm',
        tls: false,
        db: 0,
        login: {},
      },
    },
  ],
  [
    'nodes of a cluster',
    { REDIS_URL: 'rediss+cluster://:secret@a,b:7001/0' },
    {
      redis: {
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 6379 },
          { host: 'b', port: 7001 },
        ],
        tls: true,
        login: { password: 'secret' },
      },
    },
  ],
  ['a password with @ : / % encoded', { REDIS_URL: 'redis://:p%40s%3As%2Fw%25%3F%23@h' }, password('p@s:s/w%?#')],
  ...['socket.io', '/socket.io', 'socket.io/', '/socket.io/'].map(
    (text) => [`SOCKET_PATH ${text}`, { SOCKET_PATH: text }, { socketPath: '/socket.io/' }] as const,
  ),
  ['a path of several names', { SOCKET_PATH: 'ws/v1.2/socket.io' }, { socketPath: '/ws/v1.2/socket.io/' }],
  ['heartbeats', { PING_INTERVAL: '10', PING_TIMEOUT: '300' }, { pingInterval: 10, pingTimeout: 300 }],
  ['a password with @ as it is', { REDIS_URL: 'redis://:p@ss@h' }, password('p@ss')],
  ['a password with : as it is', { REDIS_URL: 'redis://:p:ss@h' }, password('p:ss')],
  ['a password in Persian', { REDIS_URL: 'redis://:رمز@h' }, password('رمز')],
  ['a password with +', { REDIS_URL: 'redis://:a+b@h' }, password('a+b')],
];
