import { describe, expect, test, vi } from 'vitest';
import { createFeed, LINES_PER_SECOND, MOST_READERS, type FeedReader } from '../../src/admin/feed.ts';
import { stageDispatch } from '../dispatch/stage.ts';
import { handledMessage } from '../support/handled-message.ts';

const MESSAGE = handledMessage('news', '{"a":1}', []);

function readerThat(is: { ready: boolean }): FeedReader & { lines: unknown[]; ended: boolean } {
  return {
    lines: [],
    ended: false,
    isReady: () => is.ready,
    write(line) {
      this.lines.push(JSON.parse(line));
    },
    end() {
      this.ended = true;
    },
  };
}

describe('a feed', () => {
  test('names the routes that passed a message over', () => {
    const { handled, receive } = stageDispatch(
      `version: 1
routes:
  sold: { channel: bids, when: { status: sold }, event: sold, schema: ../bid.json, target: broadcast }
  open: { channel: bids, when: { status: open }, event: open, schema: ../bid.json, target: broadcast }
`,
      { bid: { type: 'object', properties: { status: { type: 'string' } } } },
    );
    const feed = createFeed();
    const reader = readerThat({ ready: true });
    feed.open(reader, false);
    for (const status of ['sold', 'paid']) receive('bids', JSON.stringify({ status }));
    for (const message of handled) feed.handled(message);
    expect(reader.lines).toMatchObject([
      { outcomes: [{ route: 'sold', outcome: 'delivered' }], passedOver: ['open'] },
      { outcomes: [], passedOver: ['sold', 'open'] },
    ]);
  });

  test('does not look at a message while there is no reader', () => {
    const untouchable = new Proxy(MESSAGE, {
      get() {
        throw new Error('looked');
      },
    });
    const feed = createFeed();
    const close = feed.open(readerThat({ ready: true }), true);
    expect(() => feed.handled(untouchable)).toThrow('looked');
    expect(close).toBeTypeOf('function');
    if (typeof close === 'function') close();
    expect(() => feed.handled(untouchable)).not.toThrow();
  });

  test('writes nothing to a reader that is not ready, nor looks at the message for it, and counts what it misses', () => {
    const feed = createFeed();
    const state = { ready: false };
    const [slow, quick] = [readerThat(state), readerThat({ ready: true })];
    feed.open(slow, false);
    feed.open(quick, false);
    for (let i = 0; i < 3; i += 1) feed.handled(MESSAGE);
    expect(slow.lines).toEqual([]);
    expect(quick.lines).toHaveLength(3);
    state.ready = true;
    feed.handled(MESSAGE);
    feed.handled(MESSAGE);
    expect(slow.lines).toEqual([
      expect.objectContaining({ heldBack: 3 }),
      expect.not.objectContaining({ heldBack: 3 }),
    ]);
  });

  test('lets a bounded number of lines pass in a second, and reports with the next how many it left out', () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] });
    try {
      const feed = createFeed();
      const reader = readerThat({ ready: true });
      feed.open(reader, false);
      for (let i = 0; i < LINES_PER_SECOND + 7; i += 1) feed.handled(MESSAGE);
      expect(reader.lines).toHaveLength(LINES_PER_SECOND);
      vi.advanceTimersByTime(1000);
      feed.handled(MESSAGE);
      expect(reader.lines.at(-1)).toMatchObject({ heldBack: 7 });
    } finally {
      vi.useRealTimers();
    }
  });

  test('that is closed has ended for all readers, and stays closed', () => {
    const feed = createFeed();
    const readers = Array.from({ length: MOST_READERS }, () => readerThat({ ready: true }));
    for (const reader of readers) feed.open(reader, false);
    expect(feed.open(readerThat({ ready: true }), false)).toBe('full');
    feed.close();
    expect(readers.every(({ ended }) => ended)).toBe(true);
    expect(feed.open(readerThat({ ready: true }), false)).toBe('closed');
    expect(() => feed.handled(MESSAGE)).not.toThrow();
  });
});
