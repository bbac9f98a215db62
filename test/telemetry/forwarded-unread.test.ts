import { expect, test } from 'vitest';
import { createForwardedUnread } from '../../src/telemetry/events/forwarded-unread.ts';
import { createLogger } from '../../src/telemetry/logging/logger.ts';

test('a proxy that sends Forwarded alone is logged once a minute, with how many requests were held back', () => {
  const lines: unknown[] = [];
  const logger = createLogger({ level: 'info', pretty: false }, { write: (line) => lines.push(JSON.parse(line)) });
  let time = 0;
  const unread = createForwardedUnread(logger, () => time);

  for (let i = 0; i < 5; i += 1) unread('10.0.0.9');
  time = 59_999;
  unread('10.0.0.9');
  time = 60_000;
  unread('10.0.0.9');

  const line = {
    level: 'warn',
    time: expect.any(String),
    address: '10.0.0.9',
    hint: expect.stringContaining('X-Forwarded-For'),
    msg: expect.stringContaining('Forwarded is not read'),
  };
  expect(lines).toEqual([line, { ...line, heldBack: 5 }]);
});
