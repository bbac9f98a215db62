import { envelopeFields, type Envelope } from '../config/routes/envelope.ts';
import { isObject } from '../schema/json.ts';
import {
  carriedIn,
  openedOf,
  withoutFields,
  type Opened,
  type OpenEnvelope,
  type PublishedBody,
  type Unopened,
} from './envelope.ts';
import { sliceAt } from './json-text.ts';
import { parseTraceparent } from './trace-context.ts';

export function compileEnvelope(envelope: Envelope): OpenEnvelope {
  if (envelope.kind === 'cloudevents') return openCloudEvent;
  if (envelope.kind === 'laravel') return openLaravel;
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

const LARAVEL: Envelope = { kind: 'laravel' };

/** Attributes that CloudEvents 1.0 requires, in addition to `specversion`. */
const REQUIRED = ['id', 'source', 'type'];

function openCloudEvent(published: PublishedBody): Opened | Unopened {
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

function notCloudEvent(problem: string): Unopened {
  return { kind: 'unopened', reason: 'not-cloudevent', problem };
}

/**
 * Takes a broadcast of Laravel out of `{ event, data, socket }`. Its trace context is a field of `data`, where an event class
 * can write it, or stands next to `data`, where only a broadcaster of one's own can.
 */
function openLaravel(published: PublishedBody): Opened | Unopened {
  const { value: broadcast, text } = published;
  const { event, data } = broadcast;
  if (typeof event !== 'string' || event === '') return notLaravel('event is not a text of at least one character');
  const payload = sliceAt(text, ['data']);
  if (!isObject(data) || payload === undefined) return notLaravel('data is no JSON object');
  const taken = envelopeFields(LARAVEL).filter((field) => Object.hasOwn(data, field));
  const whole = { value: data, text: payload };
  const body = taken.length === 0 ? whole : withoutFields(whole, taken);
  const carried = carriedIn(data, 'traceparent');
  const { traceparent, tracestate } = isTraced(data) ? data : broadcast;
  return openedOf(published, body, traceparent, undefined, tracestate, carried.length > 0 ? carried : undefined);
}

function isTraced({ traceparent }: PublishedBody['value']): boolean {
  return typeof traceparent === 'string' && parseTraceparent(traceparent) !== undefined;
}

function notLaravel(problem: string): Unopened {
  return { kind: 'unopened', reason: 'not-laravel', problem };
}
