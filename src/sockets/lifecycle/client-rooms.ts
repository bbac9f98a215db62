import type { ClaimAudience } from '../../config/routes/route-config.ts';
import { noticeRoomsOf, roomsOf } from '../../routes/rooms.ts';
import type { ClientSocket, SocketData } from '../servers/socket-server.ts';

/** Rooms of a client by its identity and its options. */
export function clientRooms({ user, claims, notices }: SocketData, audiences: readonly ClaimAudience[]): string[] {
  const rooms = roomsOf(user, claims, audiences);
  return notices ? [...rooms, ...noticeRoomsOf(user)] : rooms;
}

/** Moves a client whose claims have changed, or whose plan has other audiences. */
export function updateRooms({ data }: ClientSocket, audiences: readonly ClaimAudience[]): void {
  data.membership?.moveTo(clientRooms(data, audiences));
}
