import { GOOD_ROUTE, type Row } from './tree.ts';

/** The good route as a durable one, with these lines beside. */
const stream = (...lines: string[]): string =>
  [GOOD_ROUTE.trimEnd(), ...lines.map((line) => `    ${line}`), ''].join('\n');

/** Row B13 of docs/bad-input.md, and related input. */
export const STREAM_ROWS: readonly Row[] = [
  ['a stream', { routes: stream('source: stream') }, []],
  ['Pub/Sub by name', { routes: stream('source: pubsub') }, []],
  ['a stream whose publishers move', { routes: stream('source: { stream: s, also: pubsub }', 'channel: [x, y]') }, []],
  [
    'all options',
    {
      routes: stream(
        'source: { stream: s, field: f, id: i, dedupe: 10, ring: { entries: 5, bytes: 2048 }, replay: { events: 50, scan: 60, bytes: 2048, concurrency: 2 }, position_every: 1 }',
        'retain: { entries: 100, age: 60 }',
        'on_connect: { last: 20 }',
      ),
    },
    [],
  ],
  [
    'an unknown source',
    { routes: stream('source: kafka') },
    [['wrong-value', 'routes@kafka', 'found "kafka". Where messages come from: `pubsub` (default), `stream`']],
  ],
  [
    'an unknown option',
    { routes: stream('source: { strem: s }') },
    [['unknown-key', 'routes@strem', 'Did you mean "stream"?']],
  ],
  [
    'no ring at all',
    { routes: stream('source: { ring: { entries: 0 } }') },
    [['wrong-value', 'routes@0 }', 'found the number 0. Entries in memory, 1 to 1,000,000']],
  ],
  [
    'a ring beyond reason',
    { routes: stream('source: { ring: { bytes: 1e12 } }') },
    [['wrong-value', 'routes@1e12', 'Bytes in memory, 1,024 to 1,073,741,824']],
  ],
  [
    'a duration in words',
    { routes: stream('source: stream', 'retain: { age: 7d }') },
    [['wrong-value', 'routes@7d', 'found "7d". Seconds for which an entry is kept']],
  ],
  [
    'history without a stream',
    { routes: stream('retain: { entries: 5 }', 'on_connect: { last: 5 }') },
    [
      ['stream-needed', 'routes@{ entries: 5', 'retain needs a history, and Redis Pub/Sub has none'],
      ['stream-needed', 'routes@{ last: 5', 'on_connect needs a history'],
    ],
  ],
  [
    'B13 several streams in one route',
    { routes: stream('source: stream', 'channel: [x, y]') },
    [['stream-channel', 'routes@[x, y]', 'a durable route reads one stream, but channel lists several']],
  ],
  [
    'B13 a channel that nobody reads',
    { routes: stream('source: { stream: s }', 'channel: x') },
    [['stream-channel', 'routes@x', 'reads the stream "s" and subscribes to no channel']],
  ],
  [
    'B13 sizes that contradict each other',
    {
      routes: stream(
        'source: { dedupe: 40, replay: { events: 10, scan: 5 } }',
        'retain: { entries: 15 }',
        'on_connect: { last: 20 }',
      ),
    },
    [
      ['stream-limits', 'routes@40', 'dedupe looks back 40 entries in a stream that keeps 15'],
      ['stream-limits', 'routes@{ events', 'replay.events is 10, but only 5 entries are scanned'],
      ['stream-limits', 'routes@20 }', 'on_connect requests 20 events, but a replay sends at most 10'],
      ['stream-limits', 'routes@20 }', 'on_connect requests 20 events of a stream that keeps 15'],
    ],
  ],
  [
    'B3 two routes that make one event of one stream',
    {
      routes: `${stream('source: stream')}  b: { source: { stream: a }, event: changed, schema: ../schemas/a.json, target: broadcast }\n`,
    },
    [['duplicate-route', 'routes@b: {', 'stream "a" already becomes event "changed" by route "a" at 3:3']],
  ],
  [
    'a stream and a channel of one name',
    {
      routes: `${stream('source: stream')}  b: { channel: a, event: changed, schema: ../schemas/a.json, target: broadcast }\n`,
    },
    [],
  ],
];
