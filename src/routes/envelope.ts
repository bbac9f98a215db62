import { without } from './json-text.ts';
import { isBaggage, isTracestate, parseTraceparent } from './trace-context.ts';

type Json = Readonly<Record<string, unknown>>;

/** What the envelope says about a message. */
export interface Origin {
  readonly traceparent: string | undefined;
  /** Vendors' additions to the trace context; only with a valid `traceparent`. */
  readonly tracestate: string | undefined;
  /** By its publisher's clock, in milliseconds since 1970. */
  readonly publishedAt: number | undefined;
}

/** The message itself, parsed and as text. */
export interface OpenedBody {
  readonly value: Json;
  readonly text: string;
}

/** A message as published, read and parsed. */
export interface PublishedBody extends OpenedBody {
  /** Size as published. */
  readonly bytes: number;
  /** A number is written with a fraction or an exponent: its parsed value may be rounded, so its text decides. */
  readonly oddNumbers: boolean;
}

/** A message out of its envelope. */
export interface Opened extends Origin, PublishedBody {
  readonly kind: 'opened';
  /** Fields that a propagator added next to the trace context; removed where the route's schema does not declare them. */
  readonly carried: readonly CarriedField[] | undefined;
}

/** A message is not in the envelope of a route. */
export interface Unopened {
  readonly kind: 'unopened';
  readonly reason: 'not-cloudevent' | 'not-laravel';
  readonly problem: string;
}

/** Takes a message out of its envelope. An unreadable trace context or time does not drop the message. */
export type OpenEnvelope = (published: PublishedBody) => Opened | Unopened;

const CARRIED = { tracestate: isTracestate, baggage: isBaggage };
export type CarriedField = keyof typeof CARRIED;
export const CARRIED_FIELDS: readonly CarriedField[] = ['tracestate', 'baggage'];

/**
 * Finds the carried fields that have the form of W3C, in a message with a valid trace context.
 *
 * @param field name of the field of the trace context.
 */
export function carriedIn(value: Json, field: string): CarriedField[] {
  const traceparent = Object.hasOwn(value, field) ? value[field] : undefined;
  if (typeof traceparent !== 'string' || parseTraceparent(traceparent) === undefined) return [];
  return CARRIED_FIELDS.filter((name) => Object.hasOwn(value, name) && CARRIED[name](value[name]));
}

export function withoutFields({ value, text }: OpenedBody, fields: readonly string[]): OpenedBody {
  return {
    value: Object.fromEntries(Object.entries(value).filter(([key]) => !fields.includes(key))),
    text: fields.reduce((rest, field) => without(rest, [field]), text),
  };
}

export function openedOf(
  { bytes, oddNumbers }: PublishedBody,
  { value, text }: OpenedBody,
  traceparent: unknown,
  time: unknown,
  tracestate: unknown,
  carried?: readonly CarriedField[],
): Opened {
  const parent = typeof traceparent === 'string' ? traceparent : undefined;
  return {
    kind: 'opened',
    value,
    text,
    bytes,
    oddNumbers,
    traceparent: parent,
    tracestate: parseTraceparent(parent) && isTracestate(tracestate) ? tracestate : undefined,
    publishedAt: readTime(time),
    carried,
  };
}

const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** The years 2001 to 5138: a time in seconds since 1970 is below that, one in microseconds above. */
const EARLIEST_MS = 1e12;
const LATEST_MS = 1e14;

/** Returns milliseconds since 1970, from a number of milliseconds or from ISO 8601 with its offset. */
function readTime(time: unknown): number | undefined {
  const ms = typeof time === 'string' && ISO_8601.test(time) ? Date.parse(time) : time;
  return typeof ms === 'number' && ms >= EARLIEST_MS && ms <= LATEST_MS ? ms : undefined;
}
