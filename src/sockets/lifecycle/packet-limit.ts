import type { RawData, WebSocket } from 'ws';
import type { Peer } from '../servers/client-address.ts';
import type { Session } from '../servers/socket-server.ts';

export interface PacketLimitOptions {
  /** Infinity means no limit. */
  readonly perSecond: number;
  readonly exceeded: (session: Session) => void;
  /** Control frames (ws answers a ping itself, Engine.IO does not see it) and probes are not packets, but count as such. */
  readonly exceededBelow: (peer: Peer) => void;
}

/** Seconds of the limit that a burst may use: a client that was offline sends its queued packets in one go. */
const WINDOW = 10;

/**
 * Reports sessions that send too many packets. Opening a session needs no token, and each packet is answered: a client that
 * sends and does not read would fill the memory with answers.
 */
export class PacketLimit {
  readonly #most: number;
  readonly #options: PacketLimitOptions;
  /** Packets per session in the current window. Weak: a closed connection is not kept until the window ends. */
  #counts: WeakMap<object, number> | undefined;
  readonly #peers = new WeakMap<WebSocket, Peer>();
  /** One listener for all sessions, which reads `this`: a closure per session would live as long as the connection. */
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
    // Engine.IO answers each probe within the ten seconds of an upgrade.
    if (isProbe) webSocket.on('message', this.#probe);
  }

  #countBelow(webSocket: WebSocket): void {
    if (!this.#isOneTooMany(webSocket)) return;
    webSocket.off('ping', this.#controlFrame).off('pong', this.#controlFrame).off('message', this.#probe);
    const peer = this.#peers.get(webSocket);
    if (peer !== undefined) this.#options.exceededBelow(peer);
    webSocket.terminate();
  }

  /** Sessions that send nothing cost nothing. */
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

/** The packet that completes an upgrade: later packets of the websocket are counted as those of the session. */
function isUpgrade(data: RawData): boolean {
  return Buffer.isBuffer(data) && data.length === 1 && data[0] === UPGRADE;
}

const UPGRADE = '5'.charCodeAt(0);
