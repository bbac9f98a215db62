import type { IncomingMessage } from 'node:http';
import type { RejectionCode } from '../auth/rejection.ts';
import { noticeRoomsOf, roomsOf } from '../routes/rooms.ts';
import { idOnWire, type UserId } from '../routes/user-id.ts';
import { handleClientEvents, type ClientEventEvents } from './client-events.ts';
import type { Endings } from './endings.ts';
import type { LocalFanout } from './fanout.ts';
import type { Membership } from './membership.ts';
import { isTooLong } from './engine-internals.ts';
import type { GatewaySocket } from './socket-server.ts';

export interface GreetingEvents extends ClientEventEvents {
  opened(authenticated: boolean): void;
  /** @param seconds how long it was open. */
  closed(reason: string, seconds: number): void;
}

/** What gives clients the events that they missed. */
export interface ClientHistory {
  /** @param claims positions by route, as the client says them; nothing where it did not ask for any. */
  welcome(client: Membership, claims: Readonly<Record<string, unknown>> | undefined): void;
  leave(client: Membership): void;
}

export interface GreetingOptions {
  readonly fanout: Pick<LocalFanout, 'join'>;
  readonly history: ClientHistory;
  readonly endings: Pick<Endings, 'watch' | 'forget'>;
  readonly events: GreetingEvents;
  readonly refused: (code: RejectionCode, request: IncomingMessage) => void;
}

/** A client is in: it gets its rooms, is told so, and then what it missed. */
export function greet(socket: GatewaySocket, { events, fanout, history, refused, endings }: GreetingOptions): void {
  const { user, notices, resume, trace } = socket.data;
  const openedAt = performance.now();
  handleClientEvents(socket, events);
  events.opened(user !== undefined);
  const rooms = [...roomsOf(user), ...(notices ? noticeRoomsOf(user) : [])];
  const membership = fanout.join(socket.conn, rooms, { resumable: resume !== undefined, traced: trace === true });
  membership.send('connected', greetingFor(user));
  history.welcome(membership, resume);
  endings.watch(socket);
  socket.data.leave = () => membership.leave();
  socket.on('disconnect', (reason, details: unknown) => {
    membership.leave();
    history.leave(membership);
    endings.forget(socket);
    if (isTooLong(details)) refused('message-too-large', socket.request);
    events.closed(reason, (performance.now() - openedAt) / 1000);
  });
}

/** The first event that a client hears. */
function greetingFor(user: UserId | undefined): string {
  return JSON.stringify({
    message: 'Connected to MetaRGB WebSocket Gateway',
    ...(user !== undefined && { userId: idOnWire(user) }),
    authenticated: user !== undefined,
    timestamp: new Date().toISOString(),
  });
}
