import type { Socket as TcpSocket } from 'node:net';
import { WebSocket, type RawData } from 'ws';
import type { Batch } from '../../fanout/batch.ts';
import type { Peer } from '../client-address.ts';
import { textFrame } from '../../fanout/frame.ts';
import type { SocketWriter, Sender } from '../../fanout/socket-writer.ts';
import type { Session } from '../socket-server.ts';
import type { CookieTokens } from '../token-cookie.ts';
import { bytesTaken, bytesWaiting, gatherWrites } from '../tcp.ts';
import { IGNORED, PACKET, PING } from './engine-packets.ts';
import type { Heartbeat } from './heartbeat.ts';

/** What a session tells of. */
export interface SessionOwner {
  /** A packet of whatever kind came. */
  packetReceived(session: WebSocketSession): void;
  /** Text, or bytes that belong to an earlier text. */
  messageReceived(session: WebSocketSession, message: string | Buffer): void;
  sessionClosed(session: WebSocketSession, reason: string, error?: Error): void;
}

/** The request that it began with, as far as it is asked for later. */
export interface Beginning {
  readonly peer: Peer;
  readonly authorization: string | undefined;
  readonly queryToken: string | undefined;
  readonly cookieTokens: CookieTokens;
}

const TRANSPORT = { name: 'websocket' };

/**
 * A session by websocket from its beginning, by Engine.IO's protocol. `ws` does the frames that come, and the closing; what
 * goes out is written to the TCP socket itself, one piece for all that is for it.
 *
 * One thing is taken for granted of ws, and asked of it by a test: without compression it writes each frame of its own,
 * answers to pings and the closing, to the TCP socket within the call, so that frames never mix.
 */
export class WebSocketSession implements Session, SocketWriter {
  readyState: 'open' | 'closed' = 'open';
  readonly beginning: Beginning;
  readonly #webSocket: WebSocket;
  readonly #tcp: TcpSocket;
  readonly #owner: SessionOwner;
  readonly #heartbeat: Heartbeat;
  #sender: Sender | undefined;

  constructor(webSocket: WebSocket, tcp: TcpSocket, beginning: Beginning, owner: SessionOwner, heartbeat: Heartbeat) {
    this.#webSocket = webSocket;
    this.#tcp = tcp;
    this.beginning = beginning;
    this.#owner = owner;
    this.#heartbeat = heartbeat;
  }

  get transport(): typeof TRANSPORT {
    return TRANSPORT;
  }

  /** @param hello JSON text of the session's id and the terms of the protocol. */
  begin(hello: string): void {
    this.#write(textFrame(PACKET.open + hello));
    this.#heartbeat.begin(this);
  }

  ping(): void {
    this.#sender?.beforeControlPacket();
    this.#write(PING);
  }

  onTimeout(): void {
    this.#webSocket.terminate();
    this.#end('ping timeout');
  }

  /** A message of the protocol above. */
  write(message: string | Buffer): void {
    this.#sender?.beforeControlPacket();
    if (typeof message === 'string') this.#write(textFrame(PACKET.message + message));
    else if (this.#isWritable()) this.#webSocket.send(message);
  }

  send(batch: Batch): void {
    this.#write(batch.joined());
  }

  joinWrites(): void {
    gatherWrites(this.#tcp);
  }

  queued(): number {
    return bytesWaiting(this.#tcp);
  }

  progress(): number {
    return bytesTaken(this.#tcp);
  }

  attach(sender: Sender): void {
    this.#sender = sender;
  }

  terminator(): () => void {
    return () => this.#webSocket.terminate();
  }

  close(discard = false): void {
    if (this.readyState !== 'open') return;
    if (discard) this.#webSocket.terminate();
    else this.#webSocket.close();
    this.#end('forced close');
  }

  received(data: RawData, isBinary: boolean): void {
    if (!this.#isOpen() || !Buffer.isBuffer(data)) return;
    this.#owner.packetReceived(this);
    // It may have been one too many.
    if (this.#isOpen()) this.#receive(data, isBinary);
  }

  /** The websocket is gone, or about to be. */
  lost(reason: 'transport close' | 'transport error', error?: Error): void {
    this.#end(reason, error);
  }

  /** What it sent is not of the protocol. */
  abandon(): void {
    if (this.readyState !== 'open') return;
    this.#webSocket.close();
    this.#end('parse error');
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (isBinary) return this.#receiveMessage(data);
    const text = data.toString();
    if (text.startsWith(PACKET.message)) this.#receiveMessage(text.slice(1));
    else this.#receiveOther(text.charAt(0));
  }

  #receiveMessage(message: string | Buffer): void {
    this.#heartbeat.activity(this);
    this.#owner.messageReceived(this, message);
  }

  /** What has no meaning here is ignored, as the library does; what has none anywhere ends the session. */
  #receiveOther(type: string): void {
    if (type === PACKET.pong) this.#heartbeat.pong(this);
    else if (IGNORED.has(type)) this.#heartbeat.activity(this);
    else this.abandon();
  }

  #write(frame: Buffer): void {
    if (this.#isWritable()) this.#tcp.write(frame);
  }

  /** Behind the frame that begins the closing nothing may follow. */
  #isWritable(): boolean {
    return this.#isOpen() && this.#webSocket.readyState === WebSocket.OPEN;
  }

  #isOpen(): boolean {
    return this.readyState === 'open';
  }

  #end(reason: string, error?: Error): void {
    if (this.readyState !== 'open') return;
    this.readyState = 'closed';
    this.#heartbeat.end(this);
    this.#owner.sessionClosed(this, reason, error);
  }
}
