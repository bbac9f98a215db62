import type { ClientHistory } from '../servers/client-history.ts';
import type { Acknowledge, ClientSocket } from '../servers/socket-server.ts';

export interface ClientEventEvents {
  /** A client sent something: `known` tells whether the gateway has an answer to it. */
  clientEvent(known: boolean): void;
  /** A fault of ours while serving a client; told, and survived. */
  failed(error: unknown): void;
}

type Handler = (
  socket: ClientSocket,
  acknowledge: Acknowledge | undefined,
  history: Pick<ClientHistory, 'ready'>,
) => void;

const HANDLERS: ReadonlyMap<unknown, Handler> = new Map<unknown, Handler>([
  ['ping', answerPing],
  ['gateway:ready', releaseHeld],
]);

/** Whoever waits for an acknowledgement would wait until its own timeout, or for ever. */
const UNKNOWN = { ok: false, code: 'unknown-event', retry: false };

/** The answer to what a client sends, where there is one. */
export function answerEvent(
  socket: ClientSocket,
  event: unknown,
  acknowledge: Acknowledge | undefined,
  { events, history }: { readonly events: ClientEventEvents; readonly history: Pick<ClientHistory, 'ready'> },
): void {
  const handler = HANDLERS.get(event);
  events.clientEvent(handler !== undefined);
  try {
    if (handler === undefined) acknowledge?.(UNKNOWN);
    else handler(socket, acknowledge, history);
  } catch (error) {
    events.failed(error);
  }
}

function answerPing(socket: ClientSocket, acknowledge: Acknowledge | undefined): void {
  const answer = { timestamp: Date.now() };
  acknowledge?.(answer);
  socket.emit('pong', answer);
}

function releaseHeld(
  { data }: ClientSocket,
  acknowledge: Acknowledge | undefined,
  history: Pick<ClientHistory, 'ready'>,
): void {
  acknowledge?.({ ok: true });
  if (data.membership) history.ready(data.membership);
}
