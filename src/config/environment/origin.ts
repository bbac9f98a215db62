/** An origin in the one spelling in which origins are compared: that of browsers. */
export interface Origin {
  /** `http` and `https` stand for `ws` and `wss` too. */
  readonly scheme: string;
  /** Host, and the port if it is not the scheme's own. Empty for `null` and `file://`. */
  readonly authority: string;
  readonly text: string;
}

/** What a host or an origin says of its host, in lower case. */
interface Host {
  readonly name: string;
  readonly port: number | undefined;
}

const WEB_SCHEMES: Readonly<Record<string, string>> = { http: 'http', https: 'https', ws: 'http', wss: 'https' };
const OWN_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

// Nothing else is read: what a URL parser would repair (a user, a path, a backslash) is no origin that a client sends.
const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{0,5}))?$/i;
const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)\/?$/i;
const FILE = /^file:\/\/\/?$/i;

/** Pages without a host: frames in a sandbox and what was redirected say `null`, local files `null` or `file://`. */
const NULL_ORIGIN: Origin = { scheme: 'null', authority: '', text: 'null' };
const FILE_ORIGIN: Origin = { scheme: 'file', authority: '', text: 'file://' };

/** Nothing, where the text is not an origin. */
export function parseOrigin(text: string): Origin | undefined {
  if (text === 'null') return NULL_ORIGIN;
  if (FILE.test(text)) return FILE_ORIGIN;
  const [, given = '', host = ''] = ORIGIN.exec(text) ?? [];
  const lower = given.toLowerCase();
  const scheme = WEB_SCHEMES[lower] ?? lower;
  const authority = authorityOf(host, scheme);
  return authority === undefined ? undefined : { scheme, authority, text: `${scheme}://${authority}` };
}

export function isWebOrigin({ scheme }: Origin): boolean {
  return scheme in OWN_PORTS;
}

/** The text of a Host header as an origin of that scheme has it. */
export function authorityOf(text: string, scheme: string): string | undefined {
  const host = parseHost(text);
  if (host === undefined) return undefined;
  const { name, port } = host;
  return port === undefined || port === OWN_PORTS[scheme] ? name : `${name}:${port}`;
}

/** The same host on another port. */
export function withPort(text: string, port: string): string | undefined {
  const host = parseHost(text);
  return host && /^\d+$/.test(port) ? `${host.name}:${port}` : undefined;
}

function parseHost(text: string): Host | undefined {
  const [, name, digits] = HOST.exec(text) ?? [];
  const port = digits === undefined || digits === '' ? undefined : Number(digits);
  if (name === undefined || (port !== undefined && (port < 1 || port > 65_535))) return undefined;
  if (!name.startsWith('[')) return { name: name.toLowerCase(), port };
  // One address has many spellings; URL knows the one that browsers send.
  const url = `http://${name}`;
  return URL.canParse(url) ? { name: new URL(url).hostname, port } : undefined;
}
