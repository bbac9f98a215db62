import { Encoder, PacketType, type Packet } from 'socket.io-parser';
import type { ClientSocket, SocketData } from '../socket-server.ts';
import type { WebSocketSession } from './session.ts';

const encoder = new Encoder();

/** A client in a namespace (Socket.IO protocol, version 5). */
export class WebSocketClient implements ClientSocket {
  readonly conn: WebSocketSession;
  readonly namespace: string;
  readonly data: SocketData = {};
  connected = false;
  readonly #leave: (client: WebSocketClient, reason: string) => void;

  /** @param leave removes it from its namespace. */
  constructor(conn: WebSocketSession, namespace: string, leave: (client: WebSocketClient, reason: string) => void) {
    this.conn = conn;
    this.namespace = namespace;
    this.#leave = leave;
  }

  emit(event: string, ...args: unknown[]): void {
    this.send({ type: PacketType.EVENT, data: [event, ...args] });
  }

  acknowledge(id: number, answer: readonly unknown[]): void {
    this.send({ type: PacketType.ACK, id, data: [...answer] });
  }

  disconnect(): void {
    this.send({ type: PacketType.DISCONNECT });
    this.#leave(this, 'server namespace disconnect');
    this.conn.close();
  }

  send(packet: Omit<Packet, 'nsp'>): void {
    for (const part of encoder.encode({ ...packet, nsp: this.namespace })) this.conn.write(part);
  }
}
