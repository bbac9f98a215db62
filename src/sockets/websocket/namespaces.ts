import { PacketType, type Packet } from 'socket.io-parser';
import type { Acknowledge, Credentials, SocketHandlers, Verdict } from '../socket-server.ts';
import { WebSocketClient } from './client.ts';
import { createId } from './id.ts';
import { PacketReader } from './packets.ts';
import type { SessionOwner, WebSocketSession } from './session.ts';

/** Socket.IO's protocol, version 5, on our own sessions: who is in which namespace, and what they send. */
export class Namespaces implements SessionOwner {
  readonly clients = new Set<WebSocketClient>();
  readonly sessions = new Set<WebSocketSession>();
  readonly #names: ReadonlySet<string>;
  readonly #handlers: SocketHandlers;
  readonly #packets = new PacketReader();

  constructor(names: Iterable<string>, handlers: SocketHandlers) {
    this.#names = new Set(names);
    this.#handlers = handlers;
  }

  sessionOpened(session: WebSocketSession): void {
    this.sessions.add(session);
    this.#handlers.sessionOpened(session);
  }

  packetReceived(session: WebSocketSession): void {
    this.#handlers.packetReceived(session);
  }

  messageReceived(session: WebSocketSession, message: string | Buffer): void {
    let packet: Packet | undefined;
    try {
      packet = this.#packets.read(session, message);
    } catch {
      // What the parser says is about the client's bytes: it goes, and nobody else is concerned.
      return session.abandon();
    }
    if (packet !== undefined) this.#serve(session, packet);
  }

  sessionClosed(session: WebSocketSession, reason: string, details: unknown): void {
    this.sessions.delete(session);
    for (const client of session.clients) this.#leave(client, reason, details);
    this.#handlers.sessionClosed(session);
  }

  #serve(session: WebSocketSession, packet: Packet): void {
    const client = session.clients.find(({ namespace }) => namespace === packet.nsp);
    if (client === undefined && packet.type === PacketType.CONNECT) this.#connect(session, packet);
    else if (client === undefined) session.abandon();
    else if (packet.type === PacketType.EVENT) this.#hearEvent(client, packet);
    else if (packet.type === PacketType.DISCONNECT) this.#leave(client, 'client namespace disconnect');
    // The gateway asks for no acknowledgements.
    else if (packet.type !== PacketType.ACK) session.abandon();
  }

  #connect(session: WebSocketSession, { nsp, data }: Packet): void {
    const client = new WebSocketClient(session, nsp, this.#leave);
    if (this.#names.has(nsp)) void this.#letIn(client, credentialsOf(session, data));
    else client.send({ type: PacketType.CONNECT_ERROR, data: { message: 'Invalid namespace' } });
  }

  async #letIn(client: WebSocketClient, credentials: Credentials): Promise<void> {
    const verdict = await this.#handlers.admit(client, credentials);
    if (client.conn.readyState !== 'open') return;
    if (verdict.kind === 'accepted') this.#enter(client);
    else refuse(client, verdict);
  }

  #enter(client: WebSocketClient): void {
    const { conn } = client;
    // The confirmation and the greeting.
    conn.joinWrites();
    client.connected = true;
    conn.clients = conn.clients.concat([client]);
    this.clients.add(client);
    client.send({ type: PacketType.CONNECT, data: { sid: createId() } });
    this.#handlers.entered(client, conn);
  }

  #hearEvent(client: WebSocketClient, { data, id }: Packet): void {
    const args: unknown = data;
    if (Array.isArray(args)) this.#handlers.eventReceived(client, args, acknowledgementOf(client, id));
  }

  readonly #leave = (client: WebSocketClient, reason: string, details?: unknown): void => {
    if (!client.connected) return;
    client.connected = false;
    client.conn.clients = client.conn.clients.filter((one) => one !== client);
    this.clients.delete(client);
    this.#handlers.left(client, reason, details);
  };
}

function refuse(client: WebSocketClient, verdict: Exclude<Verdict, { kind: 'accepted' }>): void {
  if (verdict.kind === 'closed') return client.conn.close();
  const { code, message, retry } = verdict.rejection;
  client.send({ type: PacketType.CONNECT_ERROR, data: { message, data: { code, message, retry } } });
}

function credentialsOf(session: WebSocketSession, auth: unknown): Credentials {
  const { authorization, url } = session.beginning;
  return {
    // A CONNECT without a payload is one with an empty payload.
    auth: auth ?? {},
    authorization,
    query: (name) => new URL(url, 'http://gateway').searchParams.get(name) ?? undefined,
  };
}

/** Answers once, however often it is called. */
function acknowledgementOf(client: WebSocketClient, id: number | undefined): Acknowledge | undefined {
  if (id === undefined) return undefined;
  let isAnswered = false;
  return (...answer) => {
    if (isAnswered) return;
    isAnswered = true;
    client.acknowledge(id, answer);
  };
}
