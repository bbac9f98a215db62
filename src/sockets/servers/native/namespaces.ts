import { PacketType, type Packet } from 'socket.io-parser';
import type { PacketAnswer } from '../first-packet.ts';
import type { SessionFault } from '../session-fault.ts';
import type { Acknowledge, Credentials, SocketHandlers, Verdict } from '../socket-server.ts';
import { WebSocketClient } from './client.ts';
import { createId } from './id.ts';
import { PacketReader } from './packets.ts';
import type { SessionOwner, WebSocketSession } from './session.ts';

/** The Socket.IO protocol, version 5, on native sessions: clients by namespace, and their packets. */
export class Namespaces implements SessionOwner {
  readonly clients = new Set<WebSocketClient>();
  /** Clients by session, one per namespace; nearly always one. */
  readonly sessions = new Map<WebSocketSession, readonly WebSocketClient[]>();
  readonly #names: ReadonlySet<string>;
  readonly #handlers: SocketHandlers;
  readonly #packets = new PacketReader();

  constructor(names: Iterable<string>, handlers: SocketHandlers) {
    this.#names = new Set(names);
    this.#handlers = handlers;
  }

  sessionOpened(session: WebSocketSession): void {
    this.sessions.set(session, []);
    this.#handlers.sessionOpened(session, session);
  }

  packetReceived(session: WebSocketSession): void {
    this.#handlers.packetReceived(session);
  }

  messageReceived(session: WebSocketSession, message: string | Buffer): void {
    const [client] = this.#clientsOf(session);
    const answer = this.#handlers.answerToPacket(session, message, client);
    if (answer !== undefined) return turnDown(session, answer);
    let packet: Packet | undefined;
    try {
      packet = this.#packets.read(session, message);
    } catch {
      // A parser error is caused by the bytes of the client: its session ends, and no other is affected.
      if (client !== undefined) this.#handlers.packetNotParsed(client);
      return session.abandon();
    }
    if (packet !== undefined) this.#serve(session, packet);
  }

  sessionClosed(session: WebSocketSession, reason: string, fault: SessionFault | undefined): void {
    const clients = this.#clientsOf(session);
    for (const client of clients) this.#leave(client, reason);
    this.sessions.delete(session);
    this.#handlers.sessionClosed(session, fault, clients.length > 0);
  }

  #serve(session: WebSocketSession, packet: Packet): void {
    const client = this.#clientsOf(session).find(({ namespace }) => namespace === packet.nsp);
    if (client === undefined && packet.type === PacketType.CONNECT) this.#connect(session, packet);
    else if (client === undefined) session.abandon();
    else if (packet.type === PacketType.EVENT) this.#receiveEvent(client, packet);
    else if (packet.type === PacketType.DISCONNECT) this.#leave(client, 'client namespace disconnect');
    // The gateway requests no acknowledgements.
    else if (packet.type !== PacketType.ACK) session.abandon();
  }

  #connect(session: WebSocketSession, { nsp, data }: Packet): void {
    const client = new WebSocketClient(session, nsp, this.#leave);
    if (this.#names.has(nsp)) void this.#letIn(client, this.#handlers.admit(client, credentialsOf(session, data)));
    else client.send({ type: PacketType.CONNECT_ERROR, data: { message: 'Invalid namespace' } });
  }

  async #letIn(client: WebSocketClient, admitted: Promise<Verdict>): Promise<void> {
    const verdict = await admitted;
    if (client.conn.readyState !== 'open') return;
    if (verdict.kind === 'accepted') this.#enter(client);
    else refuse(client, verdict);
  }

  #enter(client: WebSocketClient): void {
    const { conn } = client;
    // CONNECT and `connected` leave in one write.
    conn.joinWrites();
    client.connected = true;
    this.sessions.set(conn, this.#clientsOf(conn).concat([client]));
    this.clients.add(client);
    client.send({ type: PacketType.CONNECT, data: { sid: createId() } });
    this.#handlers.entered(client, conn);
  }

  #clientsOf(session: WebSocketSession): readonly WebSocketClient[] {
    return this.sessions.get(session) ?? [];
  }

  #receiveEvent(client: WebSocketClient, { data, id }: Packet): void {
    const args: unknown = data;
    if (Array.isArray(args)) this.#handlers.eventReceived(client, args, acknowledgementOf(client, id));
  }

  readonly #leave = (client: WebSocketClient, reason: string): void => {
    if (!client.connected) return;
    client.connected = false;
    const others = this.#clientsOf(client.conn).filter((one) => one !== client);
    this.sessions.set(client.conn, others);
    this.clients.delete(client);
    this.#handlers.left(client, reason);
  };
}

function turnDown(session: WebSocketSession, { answer, ends }: PacketAnswer): void {
  if (answer !== undefined) session.write(answer);
  if (ends) session.close();
}

function refuse(client: WebSocketClient, verdict: Exclude<Verdict, { kind: 'accepted' }>): void {
  if (verdict.kind === 'closed') return client.conn.close();
  const { code, message, retry } = verdict.rejection;
  client.send({ type: PacketType.CONNECT_ERROR, data: { message, data: { code, message, retry } } });
}

function credentialsOf(session: WebSocketSession, auth: unknown): Credentials {
  const { authorization, queryToken, cookieTokens } = session.beginning;
  // A CONNECT without a payload is one with an empty payload.
  return { auth: auth ?? {}, authorization, queryToken, cookieTokens };
}

/** Returns a callback that answers once, however often it is called. */
function acknowledgementOf(client: WebSocketClient, id: number | undefined): Acknowledge | undefined {
  if (id === undefined) return undefined;
  let isAnswered = false;
  return (...answer) => {
    if (isAnswered) return;
    isAnswered = true;
    client.acknowledge(id, answer);
  };
}
