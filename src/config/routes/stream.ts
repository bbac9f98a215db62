import { isObject } from '../../schema/json.ts';

/** The Redis Stream that a durable route reads, and how far its promise goes. */
export interface StreamConfig {
  readonly key: string;
  /** Field of an entry that holds the JSON. */
  readonly field: string;
  /** Field of an entry, and of a message on Pub/Sub, that holds the event's id. */
  readonly idField: string;
  /** Entries before each one among which its event id must be new; 0 where that is not asked. */
  readonly dedupe: number;
  /** Read from Pub/Sub too, while its publishers move. */
  readonly alsoPubsub: boolean;
  /** What each instance keeps in memory. */
  readonly ring: { readonly entries: number; readonly bytes: number };
  /** What one client may be given when it comes back, and how many may read from Redis at once. */
  readonly replay: {
    readonly events: number;
    readonly scan: number;
    readonly bytes: number;
    readonly concurrency: number;
  };
  /** Seconds between two positions told to a client that hears nothing. */
  readonly positionEvery: number;
  /** What the gateway trims the stream to: entries, and seconds. */
  readonly retain: { readonly entries?: number; readonly age?: number };
  /** Events that a client gets which comes without a position. */
  readonly greeting: number;
}

type Written = Readonly<Record<string, unknown>>;

/** Nothing for a route that reads Redis Pub/Sub. */
export function readStream(route: Written, channel: string): StreamConfig | undefined {
  const { source } = route;
  if (source !== 'stream' && !isObject(source)) return undefined;
  const options: Written = isObject(source) ? source : {};
  const [ring, replay, retain] = [partOf(options, 'ring'), partOf(options, 'replay'), partOf(route, 'retain')];
  return {
    key: textOr(options['stream'], channel),
    field: textOr(options['field'], 'payload'),
    idField: textOr(options['id'], 'id'),
    dedupe: numberOr(options['dedupe'], 0),
    alsoPubsub: options['also'] === 'pubsub',
    ring: { entries: numberOr(ring['entries'], 2000), bytes: numberOr(ring['bytes'], 8 * 1024 * 1024) },
    replay: {
      events: numberOr(replay['events'], 1000),
      scan: numberOr(replay['scan'], 20_000),
      bytes: numberOr(replay['bytes'], 1024 * 1024),
      concurrency: numberOr(replay['concurrency'], 32),
    },
    positionEvery: numberOr(options['position_every'], 15),
    retain: {
      ...(typeof retain['entries'] === 'number' && { entries: retain['entries'] }),
      ...(typeof retain['age'] === 'number' && { age: retain['age'] }),
    },
    greeting: numberOr(partOf(route, 'on_connect')['last'], 0),
  };
}

function partOf(value: Written, key: string): Written {
  const part = value[key];
  return isObject(part) ? part : {};
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}
