import type { Envelope } from '../config/routes/envelope.ts';
import { isObject } from '../schema/json.ts';
import { sliceAt, without } from './json-text.ts';
import { isBaggage, isTracestate, parseTraceparent } from './trace-context.ts';

type Json = Readonly<Record<string, unknown>>;

/** What the envelope says of a message. */
export interface Origin {
  readonly traceparent?: string;
  /** What vendors add to it; only beside one that is valid. */
  readonly tracestate?: string;
  /** By its publisher's clock, in milliseconds since 1970. */
  readonly publishedAt?: number;
}

/** A message out of its envelope. */
export interface Opened extends Origin {
  readonly value: Json;
  readonly text: string;
  /** Fields that a propagator has put beside the trace context: taken off where the route's schema declares none such. */
  readonly carried?: readonly CarriedField[];
}

/** Takes a message out of its envelope. Trace and time that cannot be read are no reason for a drop. */
export type OpenEnvelope = (value: Json, text: string) => Opened | { readonly notCloudEvent: string };

export function compileEnvelope(envelope: Envelope): OpenEnvelope {
  if (envelope.kind === 'cloudevents') return openCloudEvent;
  const { traceparent, time } = envelope;
  return (value, text) => {
    const taken = [traceparent, ...(time === undefined ? [] : [time])].filter((field) => Object.hasOwn(value, field));
    if (taken.length === 0) return { value, text };
    const carried = carriedIn(value, traceparent).filter((field) => !taken.includes(field));
    return {
      ...takeOff({ value, text }, taken),
      ...readOrigin(value[traceparent], time === undefined ? undefined : value[time], value['tracestate']),
      ...(carried.length > 0 && { carried }),
    };
  };
}

const CARRIED = { tracestate: isTracestate, baggage: isBaggage };
export type CarriedField = keyof typeof CARRIED;
export const CARRIED_FIELDS: readonly CarriedField[] = ['tracestate', 'baggage'];

/** Those in the form of W3C, beside a trace context that is valid. @param field that holds it. */
export function carriedIn(value: Json, field: string): CarriedField[] {
  const traceparent = Object.hasOwn(value, field) ? value[field] : undefined;
  if (typeof traceparent !== 'string' || parseTraceparent(traceparent) === undefined) return [];
  return CARRIED_FIELDS.filter((name) => Object.hasOwn(value, name) && CARRIED[name](value[name]));
}

/** The message without these fields. */
export function takeOff({ value, text }: Pick<Opened, 'value' | 'text'>, fields: readonly string[]) {
  return {
    value: Object.fromEntries(Object.entries(value).filter(([key]) => !fields.includes(key))),
    text: fields.reduce((rest, field) => without(rest, [field]), text),
  };
}

/** Those that CloudEvents 1.0 requires, beside `specversion`. */
const REQUIRED = ['id', 'source', 'type'];

function openCloudEvent(event: Json, text: string): ReturnType<OpenEnvelope> {
  const missing = REQUIRED.find((name) => typeof event[name] !== 'string' || event[name] === '');
  if (event['specversion'] !== '1.0') return { notCloudEvent: 'specversion is not "1.0"' };
  if (missing !== undefined) return { notCloudEvent: `${missing} is not a text of at least one character` };
  if (Object.hasOwn(event, 'data_base64')) return { notCloudEvent: 'it has data_base64; data must be JSON' };
  const { data } = event;
  const payload = sliceAt(text, ['data']);
  if (!isObject(data) || payload === undefined) return { notCloudEvent: 'data is no JSON object' };
  return { value: data, text: payload, ...readOrigin(event['traceparent'], event['time'], event['tracestate']) };
}

function readOrigin(traceparent: unknown, time: unknown, tracestate: unknown): Origin {
  const publishedAt = readTime(time);
  return {
    ...(typeof traceparent === 'string' && {
      traceparent,
      ...(parseTraceparent(traceparent) && isTracestate(tracestate) && { tracestate }),
    }),
    ...(publishedAt !== undefined && { publishedAt }),
  };
}

const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** The years 2001 to 5138. Seconds since 1970 lie before that, microseconds after. */
const EARLIEST_MS = 1e12;
const LATEST_MS = 1e14;

/** Milliseconds since 1970, from a number of them or from ISO 8601 with its offset. */
function readTime(time: unknown): number | undefined {
  const ms = typeof time === 'string' && ISO_8601.test(time) ? Date.parse(time) : time;
  return typeof ms === 'number' && ms >= EARLIEST_MS && ms <= LATEST_MS ? ms : undefined;
}
