import { io, type Socket } from 'socket.io-client';
import { isObject } from '../../src/schema/json.ts';

/** A position, as the gateway sends it. */
interface RoutePosition {
  readonly route: string;
  readonly e: string;
  readonly id: string;
}

/** What a client received, and the problems in it. */
export interface LedgerClient {
  readonly user: string;
  readonly socket: Socket;
  /** Entries handled, by route and id. */
  readonly handled: Set<string>;
  /** By route: what the last reset covers. */
  readonly resetUpTo: Map<string, string>;
  readonly firstPosition: Map<string, string>;
  readonly last: Map<string, RoutePosition>;
  readonly resets: string[];
  /** Milliseconds from `connected` to live, of each return. */
  readonly replays: number[];
  duplicates: number;
  outOfOrder: number;
  misdelivered: number;
  /** Came once more on another connection, and were passed over. */
  repeats: number;
  /** Goes to another instance. */
  move(): void;
}

const EVENTS: ReadonlyMap<string, string> = new Map([
  ['one-number', 'some'],
  ['number', 'all'],
]);

/** The client of docs/durable-routes.md, with a memory for what came when. */
export function openLedgerClient(urls: () => readonly string[], user: string, token: string): LedgerClient {
  const last = new Map<string, RoutePosition>();
  const pick = (): string => urls()[Math.floor(Math.random() * urls().length)] ?? '';
  const socket = io(pick(), {
    forceNew: true,
    transports: ['websocket'],
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
    auth: (give) =>
      give({ token, resume: Object.fromEntries([...last].map(([route, { e, id }]) => [route, { e, id }])) }),
  });
  socket.io.on('reconnect_attempt', () => void Reflect.set(socket.io, 'uri', pick()));
  const client: LedgerClient = {
    user,
    socket,
    handled: new Set(),
    resetUpTo: new Map(),
    firstPosition: new Map(),
    last,
    resets: [],
    replays: [],
    duplicates: 0,
    outOfOrder: 0,
    misdelivered: 0,
    repeats: 0,
    move: () => void socket.io.engine.close(),
  };
  record(client);
  return client;
}

function record(client: LedgerClient): void {
  const { socket, last } = client;
  /** Last id of each route on this connection. */
  let lastIds = new Map<string, string>();
  let connectedAt = 0;
  socket.on('connected', () => {
    lastIds = new Map();
    connectedAt = performance.now();
  });
  for (const [event, route] of EVENTS)
    socket.on(event, (payload: unknown, meta: unknown) => {
      const position = read(meta);
      const before = lastIds.get(route);
      if (before === position.id) client.duplicates += 1;
      else if (before !== undefined && position.id < before) client.outOfOrder += 1;
      lastIds.set(route, position.id);
      if (route === 'some' && !(isObject(payload) && payload['to'] === client.user)) client.misdelivered += 1;
      const known = last.get(route);
      if (known?.e === position.e && position.id <= known.id) client.repeats += 1;
      else {
        client.handled.add(`${route} ${position.id}`);
        last.set(route, position);
      }
    });
  socket.on('gateway:position', (notice: unknown) => {
    const position = read(notice);
    if (!client.firstPosition.has(position.route)) client.firstPosition.set(position.route, position.id);
    if (isObject(notice) && notice['resumed'] !== undefined) client.replays.push(performance.now() - connectedAt);
    last.set(position.route, position);
  });
  socket.on('gateway:reset', (reset: unknown) => {
    const position = read(reset);
    client.resets.push(isObject(reset) ? String(reset['reason']) : '');
    client.resetUpTo.set(position.route, position.id);
    last.set(position.route, position);
  });
}

function read(value: unknown): RoutePosition {
  const { route, e, id } = isObject(value) ? value : {};
  return { route: String(route), e: String(e), id: String(id) };
}
