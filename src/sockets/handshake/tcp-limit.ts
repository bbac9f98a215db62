import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf, type IsTrustedProxy } from '../servers/client-address.ts';
import { KeyedCounter } from './keyed-counter.ts';

export interface TcpLimitOptions {
  /** TCP connections of one network; Infinity is no limit. */
  readonly most: number;
  readonly isTrustedProxy: IsTrustedProxy;
  /** A connection was closed as soon as it came. */
  readonly turnedAway: (address: string) => void;
}

/** Networks that are remembered for X-Forwarded-For. */
const MOST_FORWARDERS = 10_000;

/**
 * Two for each session, as one that polls has two requests open, and some for what is no session: a page, a probe. Never all
 * that there may be.
 *
 * @param sessions of one network; Infinity: nothing is limited.
 * @param all connections that the process may have.
 */
export function tcpConnectionsFor(sessions: number, all: number): number {
  return sessions === Infinity ? Infinity : Math.min(2 * sessions + 20, Math.floor(all * MOST_SHARE));
}

const MOST_SHARE = 0.75;

/**
 * Bounds the TCP connections of a network, whatever they say: sessions are counted where they begin, and silent connections,
 * half a header or a keep-alive never begin one. Proxies have the connections of many: those that are trusted, and whoever
 * sends X-Forwarded-For.
 */
export function limitTcpConnections(http: HttpServer, { most, isTrustedProxy, turnedAway }: TcpLimitOptions): void {
  if (most === Infinity) return;
  const counts = new KeyedCounter(most);
  const forwarders = new Set<string>();
  // One listener for all, `this` is the connection: a closure for each would stay as long.
  function closed(this: Socket): void {
    counts.remove(networkOf(this.remoteAddress ?? ''));
  }
  http.on('connection', (socket) => {
    const { remoteAddress = '' } = socket;
    if (isTrustedProxy(remoteAddress)) return;
    const network = networkOf(remoteAddress);
    if (counts.isUsedUp(network) && !forwarders.has(network)) {
      socket.destroy();
      return turnedAway(remoteAddress);
    }
    counts.add(network);
    socket.on('close', closed);
  });
  const noteForwarder = ({ headers, socket: { remoteAddress = '' } }: IncomingMessage): void => {
    if (headers['x-forwarded-for'] === undefined || isTrustedProxy(remoteAddress)) return;
    forwarders.add(networkOf(remoteAddress));
    const [oldest] = forwarders;
    if (forwarders.size > MOST_FORWARDERS && oldest !== undefined) forwarders.delete(oldest);
  };
  http.on('request', noteForwarder).on('upgrade', noteForwarder);
}
