import type { Socket as TcpSocket } from 'node:net';
import { WebSocket, type RawData } from 'ws';
import type { Batch } from '../../fanout/batch.ts';
import type { Peer } from '../client-address.ts';
import { textFrame } from '../../fanout/frame.ts';
import type { SocketWriter, Sender } from '../../fanout/socket-writer.ts';
import type { SessionFault } from '../session-fault.ts';
import type { Session } from '../socket-server.ts';
import type { CookieTokens } from '../token-cookie.ts';
import { bytesTaken, bytesWaiting, gatherWrites } from '../tcp.ts';
import { IGNORED, PACKET, PING } from './engine-packets.ts';
import type { Heartbeat } from './heartbeat.ts';

/** Events of a session. */
export interface SessionOwner {
  /** A packet of any type arrived. */
  packetReceived(session: WebSocketSession): void;
  /** A message: text, or bytes that belong to an earlier text. */
  messageReceived(session: WebSocketSession, message: string | Buffer): void;
  /** @param fault what its client did wrong, where that ended it. */
  sessionClosed(session: WebSocketSession, reason: string, fault: SessionFault | undefined): void;
}

/** The parts of the first request that are read later. */
export interface Beginning {
  readonly peer: Peer;
  readonly authorization: string | undefined;
  readonly queryToken: string | undefined;
  readonly cookieTokens: CookieTokens;
}

const TRANSPORT = { name: 'websocket' };

/**
 * An Engine.IO session that starts with websocket. `ws` reads frames and closes; events are written directly to the TCP
 * socket, all pending ones in one write.
 *
 * This relies on ws writing its own frames (pongs, close) to the TCP socket within the call when compression is off, so that
 * frames never interleave; a test holds it.
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

  /** @param hello JSON text with the session id and the protocol parameters. */
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

  /** Sends a message of the Socket.IO protocol. */
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
    // The packet may have exceeded a limit.
    if (this.#isOpen()) this.#receive(data, isBinary);
  }

  /** The websocket is closed or closing. */
  lost(reason: 'transport close' | 'transport error', fault?: SessionFault): void {
    this.#end(reason, fault);
  }

  /** The client violated the protocol. */
  abandon(fault?: SessionFault): void {
    if (this.readyState !== 'open') return;
    this.#webSocket.close();
    this.#end('parse error', fault);
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

  /** Packet types without a meaning here are ignored, as the library does; unknown types end the session. */
  #receiveOther(type: string): void {
    if (type === PACKET.pong) this.#heartbeat.pong(this);
    else if (IGNORED.has(type)) this.#heartbeat.activity(this);
    else this.abandon('engine-packet');
  }

  #write(frame: Buffer): void {
    if (this.#isWritable()) this.#tcp.write(frame);
  }

  /** No data may follow the close frame. */
  #isWritable(): boolean {
    return this.#isOpen() && this.#webSocket.readyState === WebSocket.OPEN;
  }

  #isOpen(): boolean {
    return this.readyState === 'open';
  }

  #end(reason: string, fault?: SessionFault): void {
    if (this.readyState !== 'open') return;
    this.readyState = 'closed';
    this.#heartbeat.end(this);
    this.#owner.sessionClosed(this, reason, fault);
  }
}
