import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AUDIENCE_ROOMS,
  audienceOfRoom,
  audienceRoom,
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

describe('the audiences of claims', () => {
  const STAFF = { claim: 'roles', has: 'staff' };
  const ODD = { claim: 'roles', has: 'a=b:c' };

  test('a user is in those of its claims that the plan names', () => {
    const claims = new Map([['roles', ['staff', 'x']]]);
    expect(roomsOf('7', claims, [STAFF, ODD])).toEqual([...roomsOf('7'), audienceRoom(STAFF)]);
    expect(roomsOf(undefined, claims, [STAFF])).toEqual(roomsOf(undefined));
    expect(roomsOf('7', new Map(), [STAFF])).toEqual(roomsOf('7'));
  });

  test('have rooms that name them, whatever the value is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z_][\w.:-]{0,20}$/), fc.string({ minLength: 1 }), (claim, has) => {
        const room = audienceRoom({ claim, has });
        expect(audienceOfRoom(room)).toEqual({ claim, has });
        expect(userOfRoom(room)).toBeUndefined();
        expect(Object.values(AUDIENCE_ROOMS)).not.toContain(room);
      }),
    );
    expect(audienceOfRoom(audienceRoom(ODD))).toEqual(ODD);
  });
});
