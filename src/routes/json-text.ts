// Payloads are cut from the published text, not serialized again: numbers beyond 2^53, key order, spacing and escapes
// reach the client as they were published. All functions expect text that JSON.parse has accepted.

/** One member of an object: the indexes of its key, its value, the value's end and the text after the comma. */
interface Member {
  readonly name: string;
  readonly key: number;
  readonly value: number;
  readonly end: number;
  readonly next: number;
}

/** Returns the text of the value at `path`; the last one if a key is repeated, as in JSON.parse. */
export function sliceAt(text: string, path: readonly string[]): string | undefined {
  const span = spanAt(text, path);
  return span && text.slice(span.start, span.end);
}

/** Returns the texts of a list's items. */
export function itemsOf(list: string): string[] {
  const items: string[] = [];
  for (let i = skipSpace(list, 1); i < list.length && list.charCodeAt(i) !== CLOSE_BRACKET;) {
    const end = endOfValue(list, i);
    items.push(list.slice(i, end));
    i = skipSpace(list, skipOver(list, end, COMMA));
  }
  return items;
}

/** Returns the text without the member at `path`, all copies of a repeated one; every other byte stays. */
export function without(text: string, path: readonly string[]): string {
  const name = path.at(-1);
  const parent = spanAt(text, path.slice(0, -1));
  const members = parent === undefined ? [] : membersOf(text, parent.start);
  const kept = members.filter((member) => member.name !== name);
  const [first] = members;
  const last = members.at(-1);
  if (first === undefined || last === undefined || kept.length === members.length) return text;
  // Each member with the comma and the spacing after it, except the new last one.
  const middle = kept.map(({ key, end, next }, i) => text.slice(key, i < kept.length - 1 ? next : end));
  return text.slice(0, first.key) + middle.join('') + text.slice(last.end);
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

function spanAt(text: string, path: readonly string[]): { start: number; end: number } | undefined {
  let start = skipSpace(text, 0);
  for (const segment of path) {
    const next =
      text[start] === '['
        ? itemAt(text, start, segment)
        : membersOf(text, start).findLast(({ name }) => name === segment)?.value;
    if (next === undefined) return undefined;
    start = next;
  }
  return { start, end: endOfValue(text, start) };
}

function membersOf(text: string, start: number): Member[] {
  if (text.charCodeAt(start) !== OPEN_BRACE) return [];
  const members: Member[] = [];
  for (let i = skipSpace(text, start + 1); text.charCodeAt(i) === QUOTE;) {
    const keyEnd = endOfString(text, i);
    const value = skipSpace(text, skipOver(text, keyEnd, COLON));
    const end = endOfValue(text, value);
    const next = skipSpace(text, skipOver(text, end, COMMA));
    members.push({ name: decoded(text.slice(i, keyEnd)), key: i, value, end, next });
    i = next;
  }
  return members;
}

function itemAt(text: string, start: number, segment: string): number | undefined {
  if (!/^(0|[1-9]\d*)$/.test(segment)) return undefined;
  let i = skipSpace(text, start + 1);
  for (let index = 0; text.charCodeAt(i) !== CLOSE_BRACKET; index += 1) {
    if (index === Number(segment)) return i;
    i = skipSpace(text, skipOver(text, endOfValue(text, i), COMMA));
  }
  return undefined;
}

/** Returns the index after the value that begins at `start`, without recursion. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (char === QUOTE) {
      i = endOfString(text, i) - 1;
      if (depth === 0) return i + 1;
    } else if (char === OPEN_BRACE || char === OPEN_BRACKET) depth += 1;
    else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
      if (depth <= 1) return depth === 1 ? i + 1 : i;
      depth -= 1;
    } else if (depth === 0 && (char === COMMA || isSpace(char))) return i;
  }
  return text.length;
}

export function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (char === BACKSLASH) i += 1;
    else if (char === QUOTE) return i + 1;
  }
  return text.length;
}

function skipOver(text: string, from: number, char: number): number {
  const at = skipSpace(text, from);
  return text.charCodeAt(at) === char ? at + 1 : at;
}

export function skipSpace(text: string, from: number): number {
  let i = from;
  while (isSpace(text.charCodeAt(i))) i += 1;
  return i;
}

function isSpace(char: number): boolean {
  return char === 0x20 || char === 0x0a || char === 0x0d || char === 0x09;
}

/** Returns the name that a quoted key stands for. */
export function decoded(key: string): string {
  return key.includes('\\') ? String(JSON.parse(key)) : key.slice(1, -1);
}
