import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AUDIENCE_ROOMS,
  noticeRoom,
  noticeRoomsOf,
  NOTICE_ROOMS,
  roomsOf,
  userOfRoom,
  userRoom,
} from '../../src/routes/rooms.ts';

const userId = fc.bigInt(1n, 2n ** 64n - 1n).map(String);

describe('rooms', () => {
  test('a user is in their own room and in both audiences', () => {
    expect(roomsOf('7')).toEqual(['audience:anyone', 'audience:authenticated', 'user:7']);
  });

  test('an anonymous client is only where anyone is', () => {
    expect(roomsOf(undefined)).toEqual(['audience:anyone']);
  });

  test('the room of a user names the user; other rooms name none', () => {
    expect(userOfRoom('user:7')).toBe('7');
    expect(userOfRoom(AUDIENCE_ROOMS.anyone)).toBeUndefined();
    expect(userOfRoom(AUDIENCE_ROOMS.authenticated)).toBeUndefined();
    // A socket's own room, named by Socket.IO.
    expect(userOfRoom('nV1xLKmJ2zq0AAAB')).toBeUndefined();
  });

  test('notices have rooms of their own, which name no user', () => {
    expect(noticeRoomsOf('7')).toEqual([NOTICE_ROOMS.users, noticeRoom('7')]);
    expect(noticeRoomsOf(undefined)).toEqual([NOTICE_ROOMS.anonymous]);
    for (const room of [...noticeRoomsOf('7'), ...noticeRoomsOf(undefined)]) {
      expect(userOfRoom(room)).toBeUndefined();
      expect(roomsOf('7')).not.toContain(room);
    }
  });

  test('two users share no room except the audiences', () => {
    fc.assert(
      fc.property(userId, userId, (one, other) => {
        const shared = roomsOf(one).filter((room) => roomsOf(other).includes(room));
        expect(shared.includes(userRoom(one))).toBe(one === other);
      }),
    );
  });
});
