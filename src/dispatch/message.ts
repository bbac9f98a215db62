import { isUtf8 } from 'node:buffer';
import { isObject } from '../schema/json.ts';
import {
  withoutFields,
  type CarriedField,
  type OpenedBody,
  type OpenEnvelope,
  type Origin,
} from '../routes/envelope.ts';
import type { Route } from '../routes/plan.ts';
import { repeatsKey, survey } from '../routes/json-survey.ts';
import { foreignForm, isEncodedTwice } from './foreign-form.ts';
import type { DropReason } from './drop-reasons.ts';

/** A message as routes see it: read, and taken out of its envelope. */
export interface Message extends Origin, OpenedBody {
  readonly kind: 'message';
  /** Size as published. */
  readonly bytes: number;
  /** A number is written with a fraction or an exponent: its parsed value may be rounded, so its text decides. */
  readonly oddNumbers: boolean;
  readonly carried: readonly CarriedField[] | undefined;
}

/** Why a message could not be read, whatever its routes are. */
export interface Unreadable {
  readonly kind: 'unreadable';
  readonly reason: DropReason;
  readonly detail: string | undefined;
}

/** Limits of one message. */
export interface MessageLimits {
  readonly maxMessageBytes: number;
  /** Levels of nested objects and lists. */
  readonly maxMessageDepth: number;
  /** Members of all objects together. */
  readonly maxMessageKeys: number;
  /** User ids in the target fields of a route. */
  readonly maxTargetIds: number;
}

/**
 * Reads a published message once for all its routes: size, UTF-8, depth, keys, JSON, envelope, in this order. Never throws.
 *
 * @param open the envelope of the plan or of the stream.
 */
export function readMessage(raw: Buffer, limits: MessageLimits, open: OpenEnvelope): Message | Unreadable {
  const { maxMessageBytes, maxMessageDepth, maxMessageKeys } = limits;
  const bytes = raw.length;
  if (bytes > maxMessageBytes) return tooLarge(bytes, limits);
  if (!isUtf8(raw)) return notJson(raw, 'not UTF-8');
  const published = raw.toString('utf8');
  const found = survey(raw, maxMessageDepth, maxMessageKeys);
  if (found === 'depth') return unreadable('too-deep', `more than ${maxMessageDepth} levels`);
  if (found === 'keys') return unreadable('too-many-keys', `more than ${maxMessageKeys} keys`);
  const parsed = parse(published);
  if (parsed === undefined) return notJson(raw, 'not one JSON value');
  if (!isObject(parsed)) return unreadable('not-object', isEncodedTwice(parsed) ? ENCODED_TWICE : NO_OBJECT);
  if (repeatsKey(published, parsed, found)) return unreadable('repeated-key', KEY_TWICE);
  const opened = open(parsed, published);
  if (opened.kind === 'not-cloudevent') return unreadable('not-cloudevent', opened.problem);
  const { value, text, traceparent, tracestate, publishedAt, carried } = opened;
  const { oddNumbers } = found;
  return { kind: 'message', value, text, bytes, oddNumbers, traceparent, tracestate, publishedAt, carried };
}

/** The message as one route's schema and clients see it: without the propagator fields that the schema does not declare. */
export function bodyFor({ declares }: Pick<Route, 'declares'>, message: Message): Message {
  if (message.carried === undefined) return message;
  const undeclared = message.carried.filter((field) => !declares.includes(field));
  return { ...message, ...withoutFields(message, undeclared) };
}

export function unreadable(reason: DropReason, detail?: string): Unreadable {
  return { kind: 'unreadable', reason, detail };
}

/** @param bytes Infinity where Redis does not send the message whole. */
export function tooLarge(bytes: number, { maxMessageBytes }: MessageLimits): Unreadable {
  const found = bytes === Infinity ? 'Redis does not send it whole' : `${bytes} bytes`;
  return unreadable('too-large', `${found}, at most ${maxMessageBytes} are taken`);
}

const NO_OBJECT = 'a JSON value that is no object';
const KEY_TWICE = 'an object has one key twice';

/** Details that add nothing to their reason. */
export const PLAIN_DETAILS: ReadonlySet<string> = new Set([NO_OBJECT, KEY_TWICE]);

const ENCODED_TWICE = 'a JSON text that holds JSON: it is encoded twice';

function notJson(raw: Buffer, detail: string): Unreadable {
  const form = foreignForm(raw);
  return unreadable('not-json', form === undefined ? detail : `it seems to be ${form}`);
}

/** Returns undefined, which JSON lacks, where the text is not JSON. The parser's error is not kept: it quotes the payload. */
function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
