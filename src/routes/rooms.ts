import type { Audience, ClaimAudience } from '../config/routes/route-config.ts';
import type { UserId } from './user-id.ts';

/** Socket.IO gives each socket a room named by its random id; the colon makes our names different. */
const USER_PREFIX = 'user:';

export function userRoom(user: UserId): string {
  return `${USER_PREFIX}${user}`;
}

export function userOfRoom(room: string): UserId | undefined {
  return room.startsWith(USER_PREFIX) ? room.slice(USER_PREFIX.length) : undefined;
}

/** Rooms of the two audiences that each broadcast may have. */
export const AUDIENCE_ROOMS = { anyone: 'audience:anyone', authenticated: 'audience:authenticated' } as const;

const CLAIM_PREFIX = 'audience:claim:';

/** Room of the audience of a broadcast. */
export function audienceRoom(audience: Audience): string {
  // The name of a claim holds no "=".
  return typeof audience === 'string' ? AUDIENCE_ROOMS[audience] : `${CLAIM_PREFIX}${audience.claim}=${audience.has}`;
}

export function audienceOfRoom(room: string): Audience | undefined {
  if (room === AUDIENCE_ROOMS.anyone) return 'anyone';
  if (room === AUDIENCE_ROOMS.authenticated) return 'authenticated';
  if (!room.startsWith(CLAIM_PREFIX)) return undefined;
  const at = room.indexOf('=');
  return { claim: room.slice(CLAIM_PREFIX.length, at), has: room.slice(at + 1) };
}

/** Rooms of the clients that asked for events about the gateway. */
export const NOTICE_ROOMS = { users: 'notices:users', anonymous: 'notices:anonymous' } as const;

/** Room of the sockets of one user that asked for events about the gateway. */
export function noticeRoom(user: UserId): `notices:${string}` {
  return `notices:${userRoom(user)}`;
}

export function noticeRoomsOf(user: UserId | undefined): string[] {
  return user === undefined ? [NOTICE_ROOMS.anonymous] : [NOTICE_ROOMS.users, noticeRoom(user)];
}

/** Claims of a token by name. */
type Claims = ReadonlyMap<string, readonly string[]>;

/**
 * Rooms that a socket is in while it is connected.
 *
 * @param user undefined for an anonymous client.
 * @param audiences those of the plan in force that name a claim.
 */
export function roomsOf(user: UserId | undefined, claims?: Claims, audiences: readonly ClaimAudience[] = []): string[] {
  if (user === undefined) return [AUDIENCE_ROOMS.anyone];
  const rooms = [AUDIENCE_ROOMS.anyone, AUDIENCE_ROOMS.authenticated, userRoom(user)];
  if (claims === undefined || audiences.length === 0) return rooms;
  const mine = audiences.filter(({ claim, has }) => claims.get(claim)?.includes(has));
  return [...rooms, ...mine.map(audienceRoom)];
}
