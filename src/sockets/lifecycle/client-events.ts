import type { ClientHistory } from '../servers/client-history.ts';
import type { ReplaceToken } from './replace-token.ts';
import type { Acknowledge, ClientSocket } from '../servers/socket-server.ts';

export interface ClientEventEvents {
  /** A client sent an event; `known` says whether the gateway handles it. */
  clientEvent(known: boolean): void;
  /** An error of the gateway while handling a client; it is reported, and the gateway continues. */
  failed(error: unknown): void;
}

/** What the handlers of client events use. */
export interface EventContext {
  readonly history: Pick<ClientHistory, 'ready'>;
  readonly replaceToken: ReplaceToken;
  readonly events: ClientEventEvents;
}

type Handler = (
  socket: ClientSocket,
  acknowledge: Acknowledge | undefined,
  context: EventContext,
  argument: unknown,
) => void;

const HANDLERS: ReadonlyMap<unknown, Handler> = new Map<unknown, Handler>([
  ['ping', answerPing],
  ['gateway:ready', releaseHeld],
  ['gateway:token', takeToken],
]);

/** Answers unknown events: without an acknowledgement the client would wait until its timeout, or forever. */
const UNKNOWN = { ok: false, code: 'unknown-event', retry: false };

/** Handles the events that clients may send. */
export function answerEvent(
  socket: ClientSocket,
  [event, argument]: readonly unknown[],
  acknowledge: Acknowledge | undefined,
  context: EventContext,
): void {
  const { events } = context;
  const handler = HANDLERS.get(event);
  events.clientEvent(handler !== undefined);
  try {
    if (handler === undefined) acknowledge?.(UNKNOWN);
    else handler(socket, acknowledge, context, argument);
  } catch (error) {
    events.failed(error);
  }
}

function answerPing(socket: ClientSocket, acknowledge: Acknowledge | undefined): void {
  const answer = { timestamp: Date.now() };
  acknowledge?.(answer);
  socket.emit('pong', answer);
}

function releaseHeld({ data }: ClientSocket, acknowledge: Acknowledge | undefined, { history }: EventContext): void {
  acknowledge?.({ ok: true });
  if (data.membership) history.ready(data.membership);
}

function takeToken(
  socket: ClientSocket,
  acknowledge: Acknowledge | undefined,
  { replaceToken, events }: EventContext,
  token: unknown,
): void {
  replaceToken(socket, token, acknowledge).catch(events.failed);
}
