import { isObject } from '../../schema/json.ts';

/** Where a message carries its trace context and time. */
export type Envelope =
  /** Top-level fields next to those of the payload. */
  | { readonly kind: 'fields'; readonly traceparent: string; readonly time?: string }
  /** CloudEvents 1.0 in JSON: attributes, and the payload in `data`. */
  | { readonly kind: 'cloudevents' }
  /** What Laravel's Redis broadcaster publishes: the name in `event`, the payload in `data`, and `socket`. */
  | { readonly kind: 'laravel' };

/** Laravel writes the sender's socket into `data` too, so it is taken off there; the trace context may stand next to it. */
const LARAVEL_FIELDS: readonly string[] = ['traceparent', 'socket'];

export const DEFAULT_ENVELOPE: Envelope = { kind: 'fields', traceparent: 'traceparent' };

/** Reads `envelope` of a routes file; absent or malformed fields get their defaults. */
export function readEnvelope(routesFile: unknown): Envelope {
  return envelopeFrom(isObject(routesFile) ? routesFile['envelope'] : undefined, DEFAULT_ENVELOPE);
}

/**
 * Reads `envelope` as written in a file or a route.
 *
 * @param otherwise the envelope where none is written.
 */
export function envelopeFrom(envelope: unknown, otherwise: Envelope): Envelope {
  if (envelope === 'cloudevents' || envelope === 'laravel') return { kind: envelope };
  if (!isObject(envelope)) return otherwise;
  const { traceparent, time } = envelope;
  return {
    kind: 'fields',
    traceparent: typeof traceparent === 'string' ? traceparent : 'traceparent',
    ...(typeof time === 'string' && { time }),
  };
}

/** Fields of the body that are removed before the schema validates it and before clients receive it. */
export function envelopeFields(envelope: Envelope): readonly string[] {
  if (envelope.kind === 'cloudevents') return [];
  if (envelope.kind === 'laravel') return LARAVEL_FIELDS;
  return [envelope.traceparent, ...(envelope.time === undefined ? [] : [envelope.time])];
}

/** Returns the path in the body of a field of the message as published; undefined for one that belongs to the envelope. */
export function bodyPath(envelope: Envelope, path: readonly string[]): readonly string[] | undefined {
  const inBody = envelope.kind === 'fields' ? path : path[0] === 'data' ? path.slice(1) : [];
  const [first] = inBody;
  return first === undefined || envelopeFields(envelope).includes(first) ? undefined : inBody;
}

/** Returns whether both say the same about messages. */
export function isSameEnvelope(a: Envelope, b: Envelope): boolean {
  if (a.kind !== 'fields' || b.kind !== 'fields') return a.kind === b.kind;
  return a.traceparent === b.traceparent && a.time === b.time;
}
