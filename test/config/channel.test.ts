import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactChannel, hasSingleBrace, writtenChannel } from '../../src/config/routes/channel.ts';
import { load, GOOD_ROUTE } from './tree.ts';

test('any name can be written, and is read as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('{', '}', 'a', ':', '$') }), (name) => {
      expect(exactChannel(writtenChannel(name))).toBe(name);
      expect(hasSingleBrace(writtenChannel(name))).toBe(false);
    }),
  );
});

test.each([
  ['"{{order}}:events"', ['{order}:events']],
  ['["{{a}}", b]', ['{a}', 'b']],
  ['"}}{{"', ['}{']],
])('channel: %s is %j', (channel, channels) => {
  const { config } = load({ routes: `${GOOD_ROUTE}    channel: ${channel}\n` });
  expect(config?.routes[0]?.channels).toEqual(channels);
});

test('the name of a stream has single braces', () => {
  const { config } = load({ routes: `${GOOD_ROUTE}    source: { stream: "{orders}:eu" }\n` });
  expect(config?.routes[0]?.stream?.key).toBe('{orders}:eu');
});
