import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { isObject } from '../../src/schema/json.ts';
import { ROUTES_BY_EVENT, type Arrival, type ClientHistory, type Gap, type Stay } from './history.ts';

/** A stock client that records all it receives, and when. */
export interface LedgerClient {
  readonly socket: Socket;
  readonly history: ClientHistory;
  readonly url: () => string;
  close(): void;
}

export interface LedgerClientOptions {
  /** Gateways; a connection that is lost is followed by one to the next of them, as behind a load balancer. */
  readonly urls: readonly string[];
  readonly user: string;
  readonly token: string;
  readonly options?: Partial<ManagerOptions & SocketOptions>;
}

export function openClient({ urls, user, token, options = {} }: LedgerClientOptions): LedgerClient {
  const history: ClientHistory = { user, stays: [], gaps: [], refusals: [] };
  let next = 0;
  const url = (): string => urls[next % urls.length] ?? '';
  // Its own delays are those of every browser: they are part of what is measured.
  const socket = io(url(), { forceNew: true, auth: { token, notices: true }, ...options });
  socket.io.on('reconnect_attempt', () => {
    next += 1;
    Reflect.set(socket.io, 'uri', url());
  });
  record(socket, history);
  return { socket, history, url, close: () => void socket.disconnect() };
}

function record(socket: Socket, { stays, gaps, refusals }: ClientHistory): void {
  let stay: Stay | undefined;
  socket.on('connected', () => stays.push((stay = { since: Date.now(), arrivals: [] })));
  socket.on('disconnect', (reason) => {
    if (stay) Object.assign(stay, { until: Date.now(), reason });
    stay = undefined;
  });
  socket.on('connect_error', ({ message }) => refusals.push(message));
  socket.on('gateway:gap', (notice: unknown) => gaps.push(readGap(notice)));
  for (const [event, route] of ROUTES_BY_EVENT)
    socket.on(event, (payload: unknown) => stay?.arrivals.push(readArrival(payload, route)));
}

function readArrival(payload: unknown, route: string): Arrival {
  const { run, number }: Readonly<Record<string, unknown>> = isObject(payload) ? payload : {};
  return { run: String(run), number: Number(number), route, at: Date.now() };
}

function readGap(notice: unknown): Gap {
  const { from, to, routes, reason }: Readonly<Record<string, unknown>> = isObject(notice) ? notice : {};
  return {
    from: Date.parse(String(from)),
    to: Date.parse(String(to)),
    routes: Array.isArray(routes) ? routes.map(String) : [],
    reason: String(reason),
  };
}
