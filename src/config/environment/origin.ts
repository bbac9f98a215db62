/** A normalised origin, spelled as browsers do. */
export interface Origin {
  /** `http` and `https` also represent `ws` and `wss`. */
  readonly scheme: string;
  /** Host, and the port unless it is the default of the scheme. Empty for `null` and `file://`. */
  readonly authority: string;
  readonly text: string;
}

/** Host and port of a Host header or an origin, in lower case. */
interface Host {
  readonly name: string;
  readonly port: number | undefined;
}

const WEB_SCHEMES: Readonly<Record<string, string>> = { http: 'http', https: 'https', ws: 'http', wss: 'https' };
const OWN_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

// Anything else is refused: clients send no origin that a URL parser would repair (a user, a path, a backslash).
const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{0,5}))?$/i;
const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)\/?$/i;
const FILE = /^file:\/\/\/?$/i;

/** Pages without a host: sandboxed frames and redirected requests send `null`, local files `null` or `file://`. */
const NULL_ORIGIN: Origin = { scheme: 'null', authority: '', text: 'null' };
const FILE_ORIGIN: Origin = { scheme: 'file', authority: '', text: 'file://' };

/** Parses an origin; returns undefined where the text is not one. */
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

/** Normalises a Host header for an origin of that scheme. */
export function authorityOf(text: string, scheme: string): string | undefined {
  const host = parseHost(text);
  if (host === undefined) return undefined;
  const { name, port } = host;
  return port === undefined || port === OWN_PORTS[scheme] ? name : `${name}:${port}`;
}

/** Whether two origins have the same host on different ports. */
export function withPort(text: string, port: string): string | undefined {
  const host = parseHost(text);
  return host && /^\d+$/.test(port) ? `${host.name}:${port}` : undefined;
}

function parseHost(text: string): Host | undefined {
  const [, name, digits] = HOST.exec(text) ?? [];
  const port = digits === undefined || digits === '' ? undefined : Number(digits);
  if (name === undefined || (port !== undefined && (port < 1 || port > 65_535))) return undefined;
  if (!name.startsWith('[')) return { name: name.toLowerCase(), port };
  // One address has many spellings; URL returns the one that browsers send.
  const url = `http://${name}`;
  return URL.canParse(url) ? { name: new URL(url).hostname, port } : undefined;
}
