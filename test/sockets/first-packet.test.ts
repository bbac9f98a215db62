import * as fc from 'fast-check';
import { Decoder, Encoder, PacketType } from 'socket.io-parser';
import { describe, expect, test } from 'vitest';
import { refusalOfPacket, type SessionStage } from '../../src/sockets/servers/first-packet.ts';
import { refusalOfLaterPacket } from '../../src/sockets/servers/later-packet.ts';

const STAGES: readonly SessionStage[] = ['new', 'asked', 'in'];
const LONGEST = 99;

const part = fc.string({ maxLength: LONGEST, unit: 'grapheme' }).filter((text) => text.length < LONGEST);
const auth = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
const stage = fc.constantFrom(...STAGES);

/** A CONNECT as stock clients send it. */
function connect(nsp: string, data: object | undefined): string {
  return String(new Encoder().encode({ type: PacketType.CONNECT, nsp, data })[0]);
}

describe('a CONNECT of a stock client', () => {
  test('to the main namespace is passed on once, whatever its auth object holds', () => {
    fc.assert(
      fc.property(fc.option(auth, { nil: undefined }), (data) => {
        const packet = connect('/', data);
        expect(refusalOfPacket(packet, 'new')).toBeUndefined();
        for (const later of ['asked', 'in'] as const)
          expect(refusalOfPacket(packet, later)).toMatchObject({
            rejection: { code: 'handshake-malformed' },
            ends: false,
          });
      }),
    );
  });

  test('to a namespace without a comma is answered so that the client of that name shows it', () => {
    const name = part.filter((text) => text !== '' && !text.includes(',')).map((text) => `/${text}`);
    fc.assert(
      fc.property(name, fc.option(auth, { nil: undefined }), stage, (nsp, data, when) => {
        const refusal = refusalOfPacket(connect(nsp, data), when);
        expect(refusal).toMatchObject({ rejection: { code: 'namespace-unknown', retry: false }, ends: false });
        const packets: unknown[] = [];
        const decoder = new Decoder();
        decoder.on('decoded', (packet) => packets.push(packet));
        decoder.add(refusal?.answer);
        expect(packets).toMatchObject([
          { type: PacketType.CONNECT_ERROR, nsp, data: { data: { code: 'namespace-unknown' } } },
        ]);
      }),
    );
  });

  test('to a namespace with a comma or a long name ends a session without a client, and no other', () => {
    const withComma = fc.tuple(part, part).map(([one, other]) => `/${one},${other}`);
    const long = fc.integer({ min: 101, max: 300 }).map((length) => `/${'x'.repeat(length)}`);
    fc.assert(
      fc.property(fc.oneof(withComma, long), auth, stage, (nsp, data, when) => {
        const refusal = refusalOfPacket(connect(nsp, data), when);
        expect(refusal).toMatchObject({ rejection: { code: 'namespace-unknown' }, ends: when === 'new' });
        expect(refusal).not.toHaveProperty('answer');
      }),
    );
  });
});

test('any other packet before the answer to a CONNECT ends the session with a reason', () => {
  const other = fc.string().filter((text) => !text.startsWith('0'));
  fc.assert(
    fc.property(other, fc.constantFrom('new', 'asked'), (packet, when) => {
      const refusal = refusalOfPacket(packet, when);
      expect(refusal).toMatchObject({ rejection: { code: 'handshake-malformed' }, ends: true });
      expect(refusal?.answer).toMatch(/^4\{/);
    }),
  );
});

describe('a text packet of an accepted client', () => {
  test.each(['2["ping"]', '2/,["ping"]', '27["ping"]', '3[]', '30[1]', '1', '1/', '1/,'])(
    'of the main namespace, %s, is passed on',
    (packet) => {
      expect(refusalOfLaterPacket(packet)).toBeUndefined();
    },
  );

  test.each(['2/a,["ping"]', '2/a', '3/a,[]', '1/a,', '4{}', '4', '', '7', '9', 'x', '{"type":2}', '-1'])(
    'of another namespace or kind, %s, ends the session with a reason',
    (packet) => {
      expect(refusalOfLaterPacket(packet)).toMatchObject({ rejection: { code: 'packet-malformed' }, ends: true });
    },
  );
});
