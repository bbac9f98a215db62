import type { Envelope } from '../config/routes/envelope.ts';
import { isObject } from '../schema/json.ts';
import { sliceAt, without } from './json-text.ts';
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

export interface NotCloudEvent {
  readonly kind: 'not-cloudevent';
  readonly problem: string;
}

/** Takes a message out of its envelope. An unreadable trace context or time does not drop the message. */
export type OpenEnvelope = (published: PublishedBody) => Opened | NotCloudEvent;

export function compileEnvelope(envelope: Envelope): OpenEnvelope {
  if (envelope.kind === 'cloudevents') return openCloudEvent;
  const { traceparent, time } = envelope;
  const fields = time === undefined ? [traceparent] : [traceparent, time];
  return (published) => {
    const { value, bytes, oddNumbers } = published;
    const taken = fields.filter((field) => Object.hasOwn(value, field));
    if (taken.length === 0)
      return {
        kind: 'opened',
        value,
        text: published.text,
        bytes,
        oddNumbers,
        traceparent: undefined,
        tracestate: undefined,
        publishedAt: undefined,
        carried: undefined,
      };
    const added = carriedIn(value, traceparent).filter((field) => !taken.includes(field));
    const publishedAt = time === undefined ? undefined : value[time];
    const carried = added.length > 0 ? added : undefined;
    const body = withoutFields(published, taken);
    return openedOf(published, body, value[traceparent], publishedAt, value['tracestate'], carried);
  };
}

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

/** Attributes that CloudEvents 1.0 requires, in addition to `specversion`. */
const REQUIRED = ['id', 'source', 'type'];

function openCloudEvent(published: PublishedBody): Opened | NotCloudEvent {
  const { value: event, text } = published;
  const missing = REQUIRED.find((name) => typeof event[name] !== 'string' || event[name] === '');
  if (event['specversion'] !== '1.0') return notCloudEvent('specversion is not "1.0"');
  if (missing !== undefined) return notCloudEvent(`${missing} is not a text of at least one character`);
  if (Object.hasOwn(event, 'data_base64')) return notCloudEvent('it has data_base64; data must be JSON');
  const { data } = event;
  const payload = sliceAt(text, ['data']);
  if (!isObject(data) || payload === undefined) return notCloudEvent('data is no JSON object');
  const body = { value: data, text: payload };
  return openedOf(published, body, event['traceparent'], event['time'], event['tracestate']);
}

function notCloudEvent(problem: string): NotCloudEvent {
  return { kind: 'not-cloudevent', problem };
}

function openedOf(
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
