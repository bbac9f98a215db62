import { describe, expect, test } from 'vitest';
import { DROP_REASONS, isInvalid } from '../../src/dispatch/drop-reasons.ts';
import { DROPS, GOOD, NOTICE, ODD, ROUTES } from './drop-rows.ts';
import { stageDispatch } from './stage.ts';

describe('a message that cannot be delivered', () => {
  test.each(DROPS)('because it is %s is dropped, and the next one is not', (_, raw, reason) => {
    const { plan, emitted, receive } = stageDispatch(ROUTES, { notice: NOTICE });
    const [route] = plan.routes;

    expect(receive('notices', raw)).toMatchObject([{ kind: 'dropped', reason, route }]);
    expect(emitted).toEqual([]);

    expect(receive('notices', GOOD)).toMatchObject([{ kind: 'delivered', route }]);
    expect(emitted).toEqual([{ rooms: ['user:7'], event: 'notice', payload: GOOD }]);
  });

  test('because no route reads its channel is dropped once, without a route', () => {
    const { emitted, receive } = stageDispatch(ROUTES, { notice: NOTICE });
    for (const channel of ['other', '', '__proto__', 'NOTICES'])
      expect(receive(channel, GOOD)).toEqual([{ kind: 'dropped', reason: 'no-route', skipped: 0 }]);
    expect(emitted).toEqual([]);
  });

  test.each(['count', 'emit'] as const)('because %s fails is dropped, and the next one is not', (broken) => {
    let failures = 1;
    const { receive } = stageDispatch(
      ROUTES,
      { notice: NOTICE },
      {
        [broken]: () => {
          if (failures-- > 0) throw new RangeError('out of stack');
          return 1;
        },
      },
    );
    expect(receive('notices', GOOD)).toMatchObject([
      { kind: 'dropped', reason: 'emit-failed', detail: 'out of stack' },
    ]);
    expect(receive('notices', GOOD)).toMatchObject([{ kind: 'delivered' }]);
  });

  test('is reported with one of the reasons in the list, and each reason of the list has a row in this file or in envelope.test.ts', () => {
    const elsewhere = ['nobody', 'no-route', 'emit-failed', 'not-cloudevent', 'not-laravel', 'no-payload', 'duplicate'];
    const reasons = new Set([...DROPS.map(([, , reason]) => reason), ...elsewhere]);
    expect([...reasons].sort()).toEqual([...DROP_REASONS].sort());
  });

  test.each(DROPS)('because it is %s is reported without any part of it', (_, raw) => {
    const { receive } = stageDispatch(ROUTES, { notice: NOTICE });
    const words = raw.toString().match(/[a-z]{2,}/gi) ?? [];
    const told = JSON.stringify(receive('notices', raw).map((outcome) => ('detail' in outcome ? outcome.detail : '')));
    for (const word of words.slice(0, 100).filter((word) => !OWN_WORDS.has(word))) expect(told).not.toContain(word);
  });
});

describe('a message for no user', () => {
  const OPTIONAL = ROUTES.replace('[to, cc?]', '["to?", "cc?"]');
  const LOOSE = { type: 'object', properties: { to: { type: ['integer', 'null'] }, cc: { type: ['string', 'null'] } } };
  const stage = () => stageDispatch(OPTIONAL, { notice: { ...NOTICE, ...LOOSE, required: [] } });

  test.each(['{}', '{"to":0}', '{"to":null,"cc":""}', '{"to":0.0,"cc":"0"}', '{"to":-0}'])(
    '(%s) is dropped as such',
    (text) => {
      expect(stage().receive('notices', text)).toMatchObject([{ kind: 'dropped', reason: 'nobody', skipped: 0 }]);
    },
  );

  test.each(['{"to":-1}', '{"to":0,"cc":"*"}', '{"cc":"00"}'])('is not a message with a bad id (%s)', (text) => {
    expect(stage().receive('notices', text)).toMatchObject([{ kind: 'dropped', reason: 'no-target', skipped: 1 }]);
  });

  test('is not kept in quarantine', () => {
    expect(isInvalid('nobody')).toBe(false);
  });

  test('or for others too is delivered to these', () => {
    const { emitted, receive } = stage();
    expect(receive('notices', '{"to":0,"cc":"8"}')).toMatchObject([{ kind: 'delivered', skipped: 0 }]);
    expect(emitted).toMatchObject([{ rooms: ['user:8'] }]);
  });
});

test('a rounded id is reported as such, without the id', () => {
  const { receive } = stageDispatch(ROUTES, { notice: NOTICE });
  expect(receive('notices', '{"to":[1234567890123456789]}')).toMatchObject([
    { reason: 'no-target', detail: 'an id is a number beyond 2^53 - 1, which JSON readers round; publish it as text' },
  ]);
});

describe('a route with max_bytes', () => {
  const BOTH = `${ROUTES}  short: { channel: notices, event: short, schema: ../notice.json, target: { users: [to] }, max_bytes: 30 }\n`;

  test('takes a message of that length', () => {
    const { receive } = stageDispatch(BOTH, { notice: NOTICE });
    expect(receive('notices', GOOD.padEnd(30))).toMatchObject([{ kind: 'delivered' }, { kind: 'delivered' }]);
  });

  test('drops a longer one, and others of its channel do not', () => {
    const { receive } = stageDispatch(BOTH, { notice: NOTICE });
    expect(receive('notices', GOOD.padEnd(31))).toMatchObject([
      { kind: 'delivered' },
      { kind: 'dropped', reason: 'too-large', detail: '31 bytes, the route takes 30 at most' },
    ]);
  });

  test('counts bytes as published, the envelope too', () => {
    const { receive } = stageDispatch(BOTH, { notice: NOTICE });
    expect(receive('notices', '{"to":[7],"traceparent":"x"}')).toMatchObject([{}, { kind: 'delivered' }]);
    expect(receive('notices', '{"to":[7],"text":"ééééééé"}')).toMatchObject([{}, { reason: 'too-large' }]);
    expect(receive('notices', '{"to":[7],"traceparent":"xxxxx"}')).toMatchObject([{}, { reason: 'too-large' }]);
  });
});

/** Words of the schema, which a detail may name. */
const OWN_WORDS = new Set(['to', 'text', 'true', 'null']);

describe('a message with something odd about it', () => {
  test.each(ODD)('(%s) goes out as it was published', (_, raw) => {
    const { emitted, receive } = stageDispatch(ROUTES, { notice: NOTICE });

    expect(receive('notices', raw)).toMatchObject([{ kind: 'delivered' }]);
    expect(emitted).toEqual([{ rooms: ['user:7'], event: 'notice', payload: raw }]);
    expect({}).not.toHaveProperty('polluted');
    expect(receive('notices', GOOD)).toMatchObject([{ kind: 'delivered' }]);
  });
});
