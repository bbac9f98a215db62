import { isObject } from '../../schema/json.ts';

/** The Redis Stream of a durable route, with the limits of its replays. */
export interface StreamConfig {
  readonly key: string;
  /** Field of an entry that holds the JSON. */
  readonly field: string;
  /** Field that holds the event id, in an entry and in a Pub/Sub message. */
  readonly idField: string;
  /** Number of preceding entries in which an event id must not occur; 0 disables deduplication. */
  readonly dedupe: number;
  /** Whether Pub/Sub is read too, while publishers migrate. */
  readonly alsoPubsub: boolean;
  /** Entries and bytes that each instance keeps in memory. */
  readonly ring: { readonly entries: number; readonly bytes: number };
  /** Limits of one replay, and of concurrent replays from Redis. */
  readonly replay: {
    readonly events: number;
    readonly scan: number;
    readonly bytes: number;
    readonly concurrency: number;
  };
  /** Seconds between two positions sent to a client that receives no events. */
  readonly positionEvery: number;
  /** Entries and seconds that the gateway trims the stream to. */
  readonly retain: { readonly entries?: number; readonly age?: number };
  /** Number of events that a client without a position receives. */
  readonly greeting: number;
}

type Written = Readonly<Record<string, unknown>>;

/** Returns undefined for a route that reads Redis Pub/Sub. */
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
