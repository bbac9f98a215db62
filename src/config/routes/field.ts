import { parsePath } from '../../schema/pointer.ts';

/** A place in a message: `user_id`, or `/data/user_id`; in targets `old_owner_id?` where it may be absent or null. */
export interface Field {
  /** As its author wrote it. */
  readonly text: string;
  readonly path: readonly string[];
  readonly optional: boolean;
}

/** Text that begins with "/" is a JSON Pointer (RFC 6901); anything else is one property name, taken literally. */
export function parseField(text: string): Field {
  return { text, path: pathOf(text), optional: false };
}

/** Like parseField, and a trailing "?" says that the field may be missing. */
export function parseTargetField(text: string): Field {
  const optional = text.endsWith('?');
  return { text, path: pathOf(optional ? text.slice(0, -1) : text), optional };
}

function pathOf(text: string): string[] {
  return text.startsWith('/') ? parsePath(text) : [text];
}
