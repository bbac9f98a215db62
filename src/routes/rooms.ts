import type { UserId } from './user-id.ts';

/** Socket.IO gives each socket a room named by its random id; the colon makes our names different. */
const USER_PREFIX = 'user:';

export function userRoom(user: UserId): string {
  return `${USER_PREFIX}${user}`;
}

export function userOfRoom(room: string): UserId | undefined {
  return room.startsWith(USER_PREFIX) ? room.slice(USER_PREFIX.length) : undefined;
}

/** Rooms of the two audiences that a broadcast can have. */
export const AUDIENCE_ROOMS = { anyone: 'audience:anyone', authenticated: 'audience:authenticated' } as const;

/** Rooms of the clients that asked for events about the gateway. */
export const NOTICE_ROOMS = { users: 'notices:users', anonymous: 'notices:anonymous' } as const;

/** Room of the sockets of one user that asked for events about the gateway. */
export function noticeRoom(user: UserId): `notices:${string}` {
  return `notices:${userRoom(user)}`;
}

export function noticeRoomsOf(user: UserId | undefined): string[] {
  return user === undefined ? [NOTICE_ROOMS.anonymous] : [NOTICE_ROOMS.users, noticeRoom(user)];
}

/** Rooms that a socket is in while it is connected; `undefined` is an anonymous client. */
export function roomsOf(user: UserId | undefined): string[] {
  return user === undefined
    ? [AUDIENCE_ROOMS.anyone]
    : [AUDIENCE_ROOMS.anyone, AUDIENCE_ROOMS.authenticated, userRoom(user)];
}
