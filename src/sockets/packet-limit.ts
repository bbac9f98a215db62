import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { Peer } from './client-address.ts';
import type { GatewayServer, GatewaySocket } from './socket-server.ts';

type Session = GatewaySocket['conn'];

export interface PacketLimitOptions {
  readonly perSecond: number;
  readonly peerOf: (request: IncomingMessage) => Peer;
  readonly exceeded: (peer: Peer) => void;
  readonly close: (session: Session) => void;
}

/** In seconds: a client that was offline sends its saved-up pings at once. */
const WINDOW = 10;

/**
 * Closes sessions that send without measure. Opening one needs no token, and each packet is answered: who sends and
 * does not read would fill the memory with answers.
 */
export function limitPackets(io: GatewayServer, { perSecond, peerOf, exceeded, close }: PacketLimitOptions): void {
  if (perSecond === Infinity) return;
  const isOneTooMany = createCount(perSecond * WINDOW);
  const peers = new WeakMap<WebSocket, Peer>();

  // One listener for all, who is meant says `this`: a closure for each would stay as long as the connection.
  function countPacket(this: Session): void {
    if (!isOneTooMany(this)) return;
    exceeded(peerOf(this.request));
    close(this);
  }

  /** They are no packets: ws answers a ping itself, and Engine.IO hears of none. */
  function countControlFrame(this: WebSocket): void {
    if (!isOneTooMany(this)) return;
    this.off('ping', countControlFrame).off('pong', countControlFrame);
    const peer = peers.get(this);
    if (peer !== undefined) exceeded(peer);
    this.terminate();
  }

  io.engine.on('connection', (session: Session) => session.on('packet', countPacket));
  io.engine.on('websocket', (webSocket: WebSocket, request: IncomingMessage) => {
    peers.set(webSocket, peerOf(request));
    webSocket.on('ping', countControlFrame).on('pong', countControlFrame);
  });
}

/** Tells whether a sender has sent more than `most` in the window that runs. Who sends nothing costs nothing. */
function createCount(most: number): (sender: object) => boolean {
  // Weak: a connection that is gone is not kept until the window ends.
  let counts: WeakMap<object, number> | undefined;
  return (sender) => {
    if (counts === undefined) {
      counts = new WeakMap();
      setTimeout(() => (counts = undefined), WINDOW * 1000).unref();
    }
    const count = (counts.get(sender) ?? 0) + 1;
    counts.set(sender, count);
    return count > most;
  };
}
