import type { RawData, WebSocket } from 'ws';
import type { Peer } from '../servers/client-address.ts';
import type { Session } from '../servers/socket-server.ts';

export interface PacketLimitOptions {
  /** Infinity is no limit. */
  readonly perSecond: number;
  readonly exceeded: (session: Session) => void;
  /** By control frames, which are no packets: ws answers a ping itself, and Engine.IO hears of none; or by probes. */
  readonly exceededBelow: (peer: Peer) => void;
}

/** In seconds: a client that was offline sends its saved-up pings at once. */
const WINDOW = 10;

/**
 * Tells of sessions that send without measure. Opening one needs no token, and each packet is answered: who sends and
 * does not read would fill the memory with answers.
 */
export class PacketLimit {
  readonly #most: number;
  readonly #options: PacketLimitOptions;
  /** What each has sent in the window that runs. Weak: a connection that is gone is not kept until the window ends. */
  #counts: WeakMap<object, number> | undefined;
  readonly #peers = new WeakMap<WebSocket, Peer>();
  /** One listener for all, who is meant says `this`: a closure for each would stay as long as the connection. */
  readonly #controlFrame: (this: WebSocket) => void;
  readonly #probe: (this: WebSocket, data: RawData) => void;

  constructor(options: PacketLimitOptions) {
    this.#most = options.perSecond * WINDOW;
    this.#options = options;
    const count = (webSocket: WebSocket): void => this.#countBelow(webSocket);
    this.#controlFrame = function controlFrame() {
      count(this);
    };
    this.#probe = function probe(data) {
      if (isUpgrade(data)) this.off('message', probe);
      else count(this);
    };
  }

  packetReceived(session: Session): void {
    if (this.#isOneTooMany(session)) this.#options.exceeded(session);
  }

  webSocketOpened(webSocket: WebSocket, peer: Peer, isProbe: boolean): void {
    if (this.#most === Infinity) return;
    this.#peers.set(webSocket, peer);
    webSocket.on('ping', this.#controlFrame).on('pong', this.#controlFrame);
    // Engine.IO answers each probe, for the ten seconds in which an upgrade may be completed.
    if (isProbe) webSocket.on('message', this.#probe);
  }

  #countBelow(webSocket: WebSocket): void {
    if (!this.#isOneTooMany(webSocket)) return;
    webSocket.off('ping', this.#controlFrame).off('pong', this.#controlFrame).off('message', this.#probe);
    const peer = this.#peers.get(webSocket);
    if (peer !== undefined) this.#options.exceededBelow(peer);
    webSocket.terminate();
  }

  /** Who sends nothing costs nothing. */
  #isOneTooMany(sender: object): boolean {
    if (this.#most === Infinity) return false;
    if (this.#counts === undefined) {
      this.#counts = new WeakMap();
      setTimeout(() => (this.#counts = undefined), WINDOW * 1000).unref();
    }
    const count = (this.#counts.get(sender) ?? 0) + 1;
    this.#counts.set(sender, count);
    return count > this.#most;
  }
}

/** The packet with which the websocket takes the session over: from here on its packets are counted with the session's. */
function isUpgrade(data: RawData): boolean {
  return Buffer.isBuffer(data) && data.length === 1 && data[0] === UPGRADE;
}

const UPGRADE = '5'.charCodeAt(0);
