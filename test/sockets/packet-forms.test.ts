import { describe, expect, test } from 'vitest';
import { packetForms } from '../../src/sockets/fanout/packet-forms.ts';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const STAMP = { route: 'news', meta: () => '{"route":"news","e":"1","id":"5-0"}', plain: true };
const EVENT = { event: 'news', payload: '{"n":1}', latestKey: 'k', stamp: undefined, traceparent: undefined };
const PLAIN = '2["news",{"n":1}]';

const client = (options: { resumable?: boolean; traced?: boolean } = {}) => ({
  isWithheld: () => false,
  resumable: false,
  traced: false,
  ...options,
});

describe('one meta object holds what a client asked for', () => {
  test.each([
    ['nothing', {}, PLAIN],
    ['traces', { traced: true }, `2["news",{"n":1},{"traceparent":"${TRACE}"}]`],
    ['positions', { resumable: true }, '2["news",{"n":1},{"route":"news","e":"1","id":"5-0"}]'],
    [
      'both',
      { resumable: true, traced: true },
      `2["news",{"n":1},{"route":"news","e":"1","id":"5-0","traceparent":"${TRACE}"}]`,
    ],
  ])('%s', (_, options, text) => {
    const formFor = packetForms({ ...EVENT, stamp: STAMP, traceparent: TRACE });
    expect(formFor(client(options))?.text).toBe(text);
    // Encoded once for all who get the same.
    expect(formFor(client(options))).toBe(formFor(client(options)));
  });

  test('of a message that is not recorded, and of no durable route, there is none', () => {
    const all = client({ resumable: true, traced: true });
    expect(packetForms(EVENT)(all)?.text).toBe(PLAIN);
    expect(packetForms({ ...EVENT, traceparent: TRACE })(client({ resumable: true }))?.text).toBe(PLAIN);
  });

  test('an event with a position is never superseded, and one without may be', () => {
    const formFor = packetForms({ ...EVENT, stamp: STAMP, traceparent: TRACE });
    expect(formFor(client({ resumable: true, traced: true }))?.latestKey).toBeUndefined();
    expect(formFor(client({ traced: true }))?.latestKey).toBe('k');
  });
});
