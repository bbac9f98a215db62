import { rejection, type Rejection } from '../auth/rejection.ts';
import { noticeRoomsOf, roomsOf } from '../routes/rooms.ts';
import { idOnWire, type UserId } from '../routes/user-id.ts';
import type { Endings } from './endings.ts';
import type { LocalFanout } from './fanout.ts';
import type { Line } from './line.ts';
import type { Membership } from './membership.ts';
import type { Claims, ClientSocket, Session } from './socket-server.ts';

export interface GreetingEvents {
  opened(authenticated: boolean): void;
  /** @param seconds how long it was open. */
  closed(reason: string, seconds: number): void;
}

/** What gives clients the events that they missed. */
export interface ClientHistory {
  /** Of what a client says in `auth.resume`, a copy of what is said of routes that there are, in the form of a position. */
  claimsIn(resume: Claims): Claims;
  /** @param claims positions by route, as the client says them; nothing where it did not ask for any. */
  welcome(client: Membership, claims: Claims | undefined, hold: boolean): void;
  /** The client has its listeners: from here on it is given what it missed, if it asked to wait for that. */
  ready(client: Membership): void;
  leave(client: Membership): void;
}

export interface GreetingOptions {
  readonly fanout: Pick<LocalFanout, 'join'>;
  readonly history: ClientHistory;
  readonly endings: () => Pick<Endings, 'watch' | 'forget'>;
  readonly events: GreetingEvents;
  readonly refused: (why: Rejection, session: Session) => void;
}

/** A client is in: it gets its rooms, is told so, and then what it missed. */
export function greet(socket: ClientSocket, line: Line, { events, fanout, history, endings }: GreetingOptions): void {
  const { data } = socket;
  const { user, notices, resume, hold, trace } = data;
  data.openedAt = performance.now();
  events.opened(user !== undefined);
  const rooms = notices ? [...roomsOf(user), ...noticeRoomsOf(user)] : roomsOf(user);
  const membership = fanout.join(line, rooms, { resumable: resume !== undefined, traced: trace === true });
  data.membership = membership;
  membership.send('connected', greetingFor(user));
  history.welcome(membership, resume, hold === true);
  data.resume = undefined;
  endings().watch(socket);
}

/** A client that was greeted has gone. */
export function takeLeave(
  socket: ClientSocket,
  reason: string,
  tooLong: boolean,
  { events, history, refused, endings }: GreetingOptions,
): void {
  const { membership, openedAt = 0 } = socket.data;
  if (membership === undefined) return;
  membership.leave();
  history.leave(membership);
  endings().forget(socket);
  if (tooLong) refused(rejection('message-too-large'), socket.conn);
  events.closed(reason, (performance.now() - openedAt) / 1000);
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
