import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf, type IsTrustedProxy } from '../servers/client-address.ts';
import { KeyedCounter } from './keyed-counter.ts';

export interface TcpLimitOptions {
  /** TCP connections per network; Infinity means no limit. */
  readonly most: number;
  readonly isTrustedProxy: IsTrustedProxy;
  /** A connection was closed on arrival. */
  readonly turnedAway: (address: string) => void;
}

/** Number of networks remembered as senders of X-Forwarded-For. */
const MOST_FORWARDERS = 10_000;

/**
 * Returns the TCP connections per network: two per session, because polling has two requests open, and some for pages and
 * probes. Never all connections of the process.
 *
 * @param sessions limit of sessions per network; Infinity: no limit.
 * @param all connections that the process may have.
 */
export function tcpConnectionsFor(sessions: number, all: number): number {
  return sessions === Infinity ? Infinity : Math.min(2 * sessions + 20, Math.floor(all * MOST_SHARE));
}

const MOST_SHARE = 0.75;

/**
 * Limits the TCP connections per network, whatever they send: silent connections, partial headers and keep-alive never begin
 * a session, which is where sessions are counted. Proxies carry the connections of many clients and are exempt: trusted ones,
 * and peers that send X-Forwarded-For.
 */
export function limitTcpConnections(http: HttpServer, { most, isTrustedProxy, turnedAway }: TcpLimitOptions): void {
  if (most === Infinity) return;
  const counts = new KeyedCounter(most);
  const forwarders = new Set<string>();
  // One listener for all connections, with `this`: a closure each would live as long as the connection.
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
