import { parsePath } from '../../schema/pointer.ts';

/** Path of a field in a message: `user_id` or `/data/user_id`; in targets `old_owner_id?` where it may be absent or null. */
export interface Field {
  /** The field as written. */
  readonly text: string;
  readonly path: readonly string[];
  readonly optional: boolean;
}

/** Text that begins with "/" is a JSON Pointer (RFC 6901); anything else is one property name, taken literally. */
export function parseField(text: string): Field {
  return { text, path: pathOf(text), optional: false };
}

/** Parses a field of a target, where a trailing "?" marks it optional. */
export function parseTargetField(text: string): Field {
  const optional = text.endsWith('?');
  return { text, path: pathOf(optional ? text.slice(0, -1) : text), optional };
}

function pathOf(text: string): string[] {
  return text.startsWith('/') ? parsePath(text) : [text];
}
