import { isUtf8 } from 'node:buffer';
import { isObject } from '../schema/json.ts';
import {
  withoutFields,
  type Opened,
  type OpenEnvelope,
  type PublishedBody,
  type Unopened,
} from '../routes/envelope.ts';
import type { Route } from '../routes/plan.ts';
import { repeatsKey, survey } from '../routes/json-survey.ts';
import { foreignForm, isEncodedTwice } from './foreign-form.ts';
import type { DropReason } from './drop-reasons.ts';

/** A message as a route sees it: read, and taken out of the route's envelope. */
export type Message = Opened;

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

/** A message as published, read once for all routes of its channel. */
export class Published implements PublishedBody {
  readonly kind = 'published';
  readonly value: PublishedBody['value'];
  readonly text: string;
  readonly bytes: number;
  readonly oddNumbers: boolean;
  #envelope: OpenEnvelope | undefined;
  #opened: Opened | Unopened | undefined;
  /** Where routes of one channel have several envelopes: what the others yielded. */
  #others: Map<OpenEnvelope, Opened | Unopened> | undefined;

  constructor(value: PublishedBody['value'], text: string, bytes: number, oddNumbers: boolean) {
    this.value = value;
    this.text = text;
    this.bytes = bytes;
    this.oddNumbers = oddNumbers;
  }

  /** Takes the message out of an envelope, once for all routes that have the same one. */
  openedBy(envelope: OpenEnvelope): Opened | Unopened {
    if (this.#opened === undefined) {
      this.#envelope = envelope;
      return (this.#opened = envelope(this));
    }
    if (this.#envelope === envelope) return this.#opened;
    this.#others ??= new Map();
    const opened = this.#others.get(envelope) ?? envelope(this);
    this.#others.set(envelope, opened);
    return opened;
  }
}

/**
 * Reads a published message once for all its routes: size, UTF-8, depth, keys, JSON, repeated keys, in this order. What
 * fails here fails on each of them; `when` and the envelopes of the routes follow. Never throws.
 */
export function readMessage(raw: Buffer, limits: MessageLimits): Published | Unreadable {
  const { maxMessageBytes, maxMessageDepth, maxMessageKeys } = limits;
  const bytes = raw.length;
  if (bytes > maxMessageBytes) return tooLarge(bytes, limits);
  if (!isUtf8(raw)) return notJson(raw, 'not UTF-8');
  const text = raw.toString('utf8');
  const found = survey(raw, maxMessageDepth, maxMessageKeys);
  if (found === 'depth') return unreadable('too-deep', `more than ${maxMessageDepth} levels`);
  if (found === 'keys') return unreadable('too-many-keys', `more than ${maxMessageKeys} keys`);
  const parsed = parse(text);
  if (parsed === undefined) return notJson(raw, 'not one JSON value');
  if (!isObject(parsed)) return unreadable('not-object', isEncodedTwice(parsed) ? ENCODED_TWICE : NO_OBJECT);
  if (repeatsKey(text, parsed, found)) return unreadable('repeated-key', KEY_TWICE);
  return new Published(parsed, text, bytes, found.oddNumbers);
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
