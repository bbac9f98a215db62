import { isUtf8 } from 'node:buffer';
import { isObject } from '../schema/json.ts';
import type { Opened, OpenEnvelope } from '../routes/envelope.ts';
import { repeatsKey, survey } from '../routes/json-survey.ts';
import { foreignForm, isEncodedTwice } from './foreign-form.ts';
import type { DropReason } from './drop-reasons.ts';

/** A message as routes see it: its envelope is read and taken off. */
export interface Message extends Opened {
  /** As published. */
  readonly bytes: number;
  /** A number is written with a fraction or an exponent: its value may be rounded, and its text decides. */
  readonly oddNumbers: boolean;
}

export interface Unreadable {
  readonly reason: DropReason;
  readonly detail?: string;
}

/** What one message may hold. */
export interface MessageLimits {
  readonly maxMessageBytes: number;
  /** Brackets inside one another. */
  readonly maxMessageDepth: number;
  /** Members of all its objects together. */
  readonly maxMessageKeys: number;
  /** User ids in the target fields of a route. */
  readonly maxTargetIds: number;
}

export function readMessage(raw: Buffer, limits: MessageLimits, open: OpenEnvelope): Message | Unreadable {
  const { maxMessageBytes, maxMessageDepth, maxMessageKeys } = limits;
  const bytes = raw.length;
  if (bytes > maxMessageBytes) return tooLarge(bytes, limits);
  if (!isUtf8(raw)) return notJson(raw, 'not UTF-8');
  const text = raw.toString('utf8');
  const found = survey(raw, maxMessageDepth, maxMessageKeys);
  if (found === 'depth') return { reason: 'too-deep', detail: `more than ${maxMessageDepth} levels` };
  if (found === 'keys') return { reason: 'too-many-keys', detail: `more than ${maxMessageKeys} keys` };
  const value = parse(text);
  if (value === undefined) return notJson(raw, 'not one JSON value');
  if (!isObject(value)) return { reason: 'not-object', detail: isEncodedTwice(value) ? ENCODED_TWICE : NO_OBJECT };
  if (repeatsKey(text, value, found)) return { reason: 'repeated-key', detail: KEY_TWICE };
  const opened = open(value, text);
  return 'notCloudEvent' in opened
    ? { reason: 'not-cloudevent', detail: opened.notCloudEvent }
    : { ...opened, bytes, oddNumbers: found.oddNumbers };
}

/** @param bytes Infinity for a message that does not arrive. */
export function tooLarge(bytes: number, { maxMessageBytes }: MessageLimits): Unreadable {
  const found = bytes === Infinity ? 'Redis does not send it whole' : `${bytes} bytes`;
  return { reason: 'too-large', detail: `${found}, at most ${maxMessageBytes} are taken` };
}

const NO_OBJECT = 'a JSON value that is no object';
const KEY_TWICE = 'an object has one key twice';

/** Details that say no more than their reason. */
export const PLAIN_DETAILS: ReadonlySet<string> = new Set([NO_OBJECT, KEY_TWICE]);

const ENCODED_TWICE = 'a JSON text that holds JSON: it is encoded twice';

function notJson(raw: Buffer, detail: string): Unreadable {
  const form = foreignForm(raw);
  return { reason: 'not-json', detail: form === undefined ? detail : `it seems to be ${form}` };
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
