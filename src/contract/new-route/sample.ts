import { envelopeFields, type Envelope } from '../../config/routes/envelope.ts';
import { carriedIn } from '../../routes/envelope.ts';
import { isObject } from '../../schema/json.ts';
import { inexactNumbers } from '../route-tests/exact-json.ts';
import type { Schema } from '../schemas/schema-bundle.ts';

/** The envelope of the file, unless the sample clearly has another one: then the route says so. */
export function envelopeOf(text: string, envelope: Envelope): Envelope {
  const value = parsed(text);
  if (!isObject(value) || !isObject(value['data'])) return envelope;
  if (value['specversion'] === '1.0') return { kind: 'cloudevents' };
  return isBroadcast(value) ? { kind: 'laravel' } : envelope;
}

/** Laravel writes these three keys, always. */
function isBroadcast(value: Schema): boolean {
  return typeof value['event'] === 'string' && Object.hasOwn(value, 'socket') && Object.keys(value).length === 3;
}

/** Undefined where the text is not JSON, which is reported where the sample is read. */
function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The body of a sample, or what is wrong with it. */
export function readSample(text: string, envelope: Envelope): Schema | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `is not JSON: ${error.message}`;
  }
  if (!isObject(value)) return 'is not a JSON object, and every message is one';
  const [inexact] = inexactNumbers(value, []);
  if (inexact)
    return `has, at /${inexact.path.join('/')}, a number beyond 2^53, which JSON readers round; write it as text`;
  return payloadIn(value, envelope);
}

export function withFractions(text: string): Schema {
  const value: unknown = JSON.parse(text, (_, inner: unknown, { source = '' }: { readonly source?: string } = {}) =>
    typeof inner === 'number' && Number.isInteger(inner) && /[.eE]/.test(source) ? inner + 0.5 : inner,
  );
  return isObject(value) ? value : {};
}

/** A sample may be the payload alone, or a message as it is published. */
export function payloadIn(value: Schema, envelope: Envelope): Schema {
  const { data } = value;
  if (envelope.kind === 'cloudevents') return 'specversion' in value && isObject(data) ? data : value;
  const body = envelope.kind === 'laravel' && 'event' in value && isObject(data) ? data : value;
  const trace = envelope.kind === 'laravel' ? 'traceparent' : envelope.traceparent;
  const taken: readonly string[] = [...envelopeFields(envelope), ...carriedIn(body, trace)];
  return Object.fromEntries(Object.entries(body).filter(([key]) => !taken.includes(key)));
}
