import { foreignFormAdvice, foreignOptionAdvice } from './foreign-redis-url.ts';
import { Malformed, type Parse } from './variable-types.ts';

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** Credentials for a server. */
export interface RedisLogin {
  readonly username?: string;
  readonly password?: string;
}

/** Addresses of Redis and the credentials for it. */
export type RedisAddress = {
  readonly tls: boolean;
  readonly login: RedisLogin;
} & (
  | { readonly kind: 'single'; readonly server: HostAndPort; readonly db: number }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly HostAndPort[];
      readonly sentinelLogin: RedisLogin;
      /** Name of the master at the sentinels. */
      readonly master: string;
      readonly db: number;
    }
  /** Some nodes of the cluster; they announce the others. */
  | { readonly kind: 'cluster'; readonly nodes: readonly HostAndPort[] }
);

const FORMS = {
  single: 'redis://[user:password@]host[:port][/db]',
  sentinel:
    'redis+sentinel://[user:password@]host[:port],…/name-of-master[/db][?sentinel_username=…&sentinel_password=…]',
  cluster: 'redis+cluster://[user:password@]host[:port],…',
} as const;

const ENCODE = 'rediss for TLS; percent-encode @ : / ? # % in users and passwords';
const ALL_FORMS = `${FORMS.single}, ${FORMS.sentinel} or ${FORMS.cluster}; ${ENCODE}`;

type Kind = keyof typeof FORMS;

const SENTINEL_OPTIONS = ['sentinel_username', 'sentinel_password'];

/** WHATWG's URL has one host only, so it cannot parse these. */
const URL_PARTS =
  /^(?<scheme>rediss?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<login>[^/?#\s]*)@)?(?<hosts>[^/?#@\s]+)(?:\/(?<path>[^?#\s]*))?(?:\?(?<query>[^#\s]*))?$/;

export const redisUrl: Parse<RedisAddress> = (text) => {
  const { scheme, kind = 'single', login, hosts = '', path = '', query } = URL_PARTS.exec(text)?.groups ?? {};
  if (scheme === undefined) throw new Malformed(ALL_FORMS, { why: foreignFormAdvice(text) });
  const shared = { tls: scheme === 'rediss', login: readLogin(login) };
  if (kind === 'sentinel') return { ...shared, ...readSentinel(hosts, path, query) };
  if (query !== undefined) {
    const allowed = kind === 'cluster' ? 'cluster' : 'single';
    throw malformed(allowed, undefined, foreignOptionAdvice(query));
  }
  return { ...shared, ...(kind === 'cluster' ? readCluster(hosts, path) : readSingle(hosts, path)) };
};

function readSingle(hosts: string, path: string) {
  const [server, ...others] = readHosts(hosts, 6379, 'single');
  if (server === undefined || others.length > 0)
    throw new Malformed(`one host after redis://; several after redis+sentinel:// or redis+cluster://: ${ALL_FORMS}`);
  return { kind: 'single', server, db: readDb(path, 'single') } as const;
}

function readSentinel(hosts: string, path: string, query: string | undefined) {
  const [master = '', db = '', ...rest] = path.split('/');
  // The characters that Sentinel allows.
  if (!/^[A-Za-z0-9._-]+$/.test(master) || rest.length > 0) throw malformed('sentinel', 'with the name of the master');
  const sentinelLogin = readSentinelLogin(query);
  return {
    kind: 'sentinel',
    sentinels: readHosts(hosts, 26_379, 'sentinel'),
    sentinelLogin,
    master,
    db: readDb(db, 'sentinel'),
  } as const;
}

function readCluster(hosts: string, path: string) {
  if (path !== '' && path !== '0') throw malformed('cluster', 'without a path: a cluster has one database');
  return { kind: 'cluster', nodes: readHosts(hosts, 6379, 'cluster') } as const;
}

function readHosts(text: string, defaultPort: number, kind: Kind): HostAndPort[] {
  return text.split(',').map((item) => {
    const match = /^(?:([A-Za-z0-9._-]+)|\[([0-9a-fA-F:.]+)\])(?::(\d{1,5}))?$/.exec(item);
    const host = match?.[1] ?? match?.[2];
    const port = Number(match?.[3] ?? defaultPort);
    if (host === undefined || port < 1 || port > 65_535) throw malformed(kind);
    return { host, port };
  });
}

function readDb(text: string, kind: Kind): number {
  if (!/^\d{0,4}$/.test(text)) throw malformed(kind);
  return Number(text);
}

function readLogin(text: string | undefined): RedisLogin {
  if (text === undefined) return {};
  const colon = text.indexOf(':');
  const [username, password] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
  return {
    ...(username !== '' && { username: percentDecoded(username) }),
    ...(password !== '' && { password: percentDecoded(password) }),
  };
}

function readSentinelLogin(query: string | undefined): RedisLogin {
  const login: { username?: string; password?: string } = {};
  for (const item of query?.split('&') ?? []) {
    const [, key, value] = /^sentinel_(username|password)=(.+)$/.exec(item) ?? [];
    if (value === undefined || (key !== 'username' && key !== 'password') || login[key] !== undefined)
      throw malformed('sentinel', undefined, foreignOptionAdvice(query ?? '', SENTINEL_OPTIONS));
    login[key] = percentDecoded(value);
  }
  return login;
}

/** @param rule an additional rule of this form. @param why the problem of the value. */
function malformed(kind: Kind, rule?: string, why?: string): Malformed {
  return new Malformed(`${FORMS[kind]}${rule === undefined ? '' : `, ${rule}`}; ${ENCODE}`, { why });
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new Malformed('a user and password in valid percent-encoding (% itself is %25)', { cause: error });
  }
}
