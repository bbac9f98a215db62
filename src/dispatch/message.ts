import { isUtf8 } from 'node:buffer';
import { isObject } from '../schema/json.ts';
import { isDeeperThan, without } from '../routes/json-text.ts';
import type { DropReason } from './drop-reasons.ts';

/** A message as routes see it: its envelope is read and taken off. */
export interface Message {
  readonly value: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly traceparent?: string;
}

export interface Unreadable {
  readonly reason: DropReason;
  readonly detail?: string;
}

/** Brackets inside one another; far beyond any real payload, far below what recursion could not bear. */
const MAX_DEPTH = 64;

export function readMessage(raw: Buffer, maxBytes: number, traceparentField: string): Message | Unreadable {
  if (raw.length > maxBytes)
    return { reason: 'too-large', detail: `${raw.length} bytes, at most ${maxBytes} are taken` };
  if (!isUtf8(raw)) return { reason: 'not-json', detail: 'not UTF-8' };
  const text = raw.toString('utf8');
  if (isDeeperThan(text, MAX_DEPTH)) return { reason: 'too-deep', detail: `more than ${MAX_DEPTH} levels` };
  const value = parse(text);
  if (value === undefined) return { reason: 'not-json', detail: 'not one JSON value' };
  if (!isObject(value)) return { reason: 'not-object', detail: 'a JSON value that is no object' };
  if (!Object.hasOwn(value, traceparentField)) return { value, text };
  return withoutEnvelope(value, text, traceparentField);
}

/** JSON has no undefined, so that says "no JSON". The parser's own words are not kept: they quote the payload. */
function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function withoutEnvelope(value: Readonly<Record<string, unknown>>, text: string, field: string): Message {
  const { [field]: traceparent, ...rest } = value;
  const bare = without(text, [field]);
  return typeof traceparent === 'string' ? { value: rest, text: bare, traceparent } : { value: rest, text: bare };
}
