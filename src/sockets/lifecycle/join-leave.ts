import type { ClaimAudience } from '../../config/routes/route-config.ts';
import { clientRooms } from './client-rooms.ts';
import type { UserId, UserIds } from '../../routes/user-id.ts';
import type { Disconnects } from './disconnects.ts';
import type { LocalFanout } from '../fanout/fanout.ts';
import type { SocketWriter } from '../fanout/socket-writer.ts';
import type { ClientHistory } from '../servers/client-history.ts';
import type { ClientSocket } from '../servers/socket-server.ts';

export interface JoinLeaveEvents {
  opened(authenticated: boolean): void;
  /** @param seconds how long the connection was open. */
  closed(reason: string, seconds: number): void;
}

export interface JoinLeaveOptions {
  readonly fanout: Pick<LocalFanout, 'join'>;
  readonly history: ClientHistory;
  readonly disconnects: () => Pick<Disconnects, 'watch' | 'forget'>;
  readonly userIds: UserIds;
  /** Audiences of the plan in force that name a claim. */
  readonly audiences: () => readonly ClaimAudience[];
  readonly events: JoinLeaveEvents;
}

/** Runs when a client is accepted: it joins its rooms, receives `connected`, then the events that it missed. */
export function onConnected(
  socket: ClientSocket,
  writer: SocketWriter,
  { events, fanout, history, userIds, audiences, disconnects }: JoinLeaveOptions,
): void {
  const { data } = socket;
  const { user, resume, hold, trace } = data;
  data.openedAt = performance.now();
  events.opened(user !== undefined);
  const membership = fanout.join(writer, clientRooms(data, audiences()), {
    resumable: resume !== undefined,
    traced: trace === true,
  });
  data.membership = membership;
  membership.send('connected', connectedPayload(user, userIds));
  history.clientJoined(membership, resume, hold === true);
  data.resume = undefined;
  disconnects().watch(socket);
}

/** Runs when a joined client has disconnected. */
export function onDisconnected(
  socket: ClientSocket,
  reason: string,
  { events, history, disconnects }: JoinLeaveOptions,
): void {
  const { membership, openedAt = 0 } = socket.data;
  if (membership === undefined) return;
  membership.leave();
  history.clientLeft(membership);
  disconnects().forget(socket);
  events.closed(reason, (performance.now() - openedAt) / 1000);
}

/** The first event that a client receives. */
function connectedPayload(user: UserId | undefined, { onWire }: UserIds): string {
  return JSON.stringify({
    message: 'Connected to MetaRGB WebSocket Gateway',
    ...(user !== undefined && { userId: onWire(user) }),
    authenticated: user !== undefined,
    timestamp: new Date().toISOString(),
  });
}
