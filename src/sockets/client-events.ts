import type { GatewaySocket } from './socket-server.ts';

export interface ClientEventEvents {
  /** A client sent something: `known` tells whether the gateway has an answer to it. */
  clientEvent(known: boolean): void;
  /** A fault of ours while serving a client; told, and survived. */
  failed(error: unknown): void;
}

type Acknowledge = (answer: unknown) => void;
type Handler = (socket: GatewaySocket, acknowledge: Acknowledge | undefined) => void;

const HANDLERS: ReadonlyMap<unknown, Handler> = new Map([['ping', answerPing]]);

/**
 * The one door for what clients send. Packets stop here and never reach the socket as events, so that no name, type or
 * missing callback of a client's choice can throw where nobody catches.
 */
export function handleClientEvents(socket: GatewaySocket, events: ClientEventEvents): void {
  socket.use((packet: readonly unknown[]) => {
    const handler = HANDLERS.get(packet[0]);
    const last = packet.at(-1);
    events.clientEvent(handler !== undefined);
    try {
      handler?.(socket, isAcknowledge(last) ? last : undefined);
    } catch (error) {
      events.failed(error);
    }
  });
}

function answerPing(socket: GatewaySocket, acknowledge: Acknowledge | undefined): void {
  const answer = { timestamp: Date.now() };
  acknowledge?.(answer);
  socket.emit('pong', answer);
}

/** Only Socket.IO puts functions into a packet: JSON has none. */
function isAcknowledge(value: unknown): value is Acknowledge {
  return typeof value === 'function';
}
