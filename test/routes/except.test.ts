import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTargetField } from '../../src/config/routes/field.ts';
import { audienceRoom, userRoom } from '../../src/routes/rooms.ts';
import { compileTarget, withoutUsers, type Recipients } from '../../src/routes/target.ts';
import { USER_IDS } from '../../src/routes/user-id.ts';

const IDS = USER_IDS.uint64;
const fields = (...names: string[]) => names.map(parseTargetField);

function broadcast(message: unknown, ...except: string[]): Recipients {
  return withoutUsers(compileTarget({ kind: 'broadcast' }, 'anyone', IDS), fields(...except), IDS)(message, 100);
}

function users(message: unknown, target: string[], ...except: string[]): Recipients {
  const named = compileTarget({ kind: 'users', fields: fields(...target) }, 'authenticated', IDS);
  return withoutUsers(named, fields(...except), IDS)(message, 100);
}

describe('an exception', () => {
  test('of a broadcast names the rooms that do not receive it', () => {
    expect(broadcast({ a: 7, b: ['8', 9] }, 'a', 'b')).toMatchObject({
      rooms: [audienceRoom('anyone')],
      except: [userRoom('7'), userRoom('8'), userRoom('9')],
    });
  });

  test('of named users takes them out of the list', () => {
    expect(users({ to: [7, 8, 9], by: 8 }, ['to'], 'by')).toMatchObject({ rooms: ['user:7', 'user:9'], except: [] });
    expect(users({ to: 8, by: 8 }, ['to'], 'by')).toMatchObject({ rooms: [], skipped: 0 });
  });

  test.each([[null], [0], [''], [[]], [undefined]])('in an optional field that holds %j excepts no user', (by) => {
    expect(broadcast({ by }, 'by?')).toMatchObject({ rooms: [audienceRoom('anyone')], except: [], skipped: 0 });
  });

  test.each([['ada'], [null], [1.5], [{}], [['7', 'x']], [undefined], ['07']])(
    'in a field that holds %j, which is no user id, leaves no recipient',
    (by) => {
      expect(broadcast({ by }, 'by')).toMatchObject({ rooms: [], unclear: true });
      expect(users({ to: 7, by }, ['to'], 'by')).toMatchObject({ rooms: [], unclear: true });
    },
  );

  test('of more users than allowed leaves no recipient', () => {
    const by = Array.from({ length: 101 }, (_, index) => index + 1);
    expect(broadcast({ by }, 'by')).toMatchObject({ rooms: [], tooMany: true });
  });

  test('never adds a recipient, and takes out exactly those that it names', () => {
    const ids = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 10 });
    fc.assert(
      fc.property(ids, ids, (to, by) => {
        const left = users({ to, by }, ['to?'], 'by?').rooms;
        const wanted = new Set(to.filter((user) => !by.includes(user)).map((user) => userRoom(String(user))));
        expect(new Set(left)).toEqual(wanted);
      }),
    );
  });
});
