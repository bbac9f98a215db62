/** Formats of messages that are not JSON, by their first bytes. The names go to logs: they contain no part of the message. */
const BINARY: readonly (readonly [name: string, ...heads: number[][]])[] = [
  ['compressed with gzip', [0x1f, 0x8b]],
  ['compressed with zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['compressed with lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['compressed with bzip2', [0x42, 0x5a, 0x68]],
  ['compressed with xz', [0xfd, 0x37, 0x7a, 0x58]],
  ['compressed with zlib', [0x78, 0x01], [0x78, 0x5e], [0x78, 0x9c], [0x78, 0xda]],
  ['igbinary', [0, 0, 0, 1], [0, 0, 0, 2]],
  ['serialized by Java', [0xac, 0xed, 0, 5]],
  ['a Python pickle', [0x80, 2], [0x80, 3], [0x80, 4], [0x80, 5]],
  ['UTF-8 with a byte order mark', [0xef, 0xbb, 0xbf]],
  ['UTF-16', [0xff, 0xfe], [0xfe, 0xff]],
];

const TEXTS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["written by PHP's serialize", /^(?:a:\d+:\{|O:\d+:"|C:\d+:"|s:\d+:"|[ib]:-?\d+;|d:[-\d.]|N;)/],
  ['Base64 of JSON', /^ey[A-J][A-Za-z0-9+/_-]+={0,2}$/],
  ['Base64 of gzip', /^H4sI[A-Za-z0-9+/_-]+={0,2}$/],
];

/** Bytes that are inspected: the beginning is enough. */
const INSPECTED_BYTES = 256;

/** Guesses the format in which a message was published; undefined if it matches none. */
export function foreignForm(raw: Buffer): string | undefined {
  const binary = BINARY.find(([, ...heads]) => heads.some((head) => startsWith(raw, head)));
  if (binary) return binary[0];
  if (isMessagePack(raw)) return 'MessagePack';
  const beginning = raw.toString('latin1', 0, INSPECTED_BYTES);
  return TEXTS.find(([, pattern]) => pattern.test(beginning))?.[0];
}

function startsWith(raw: Buffer, head: readonly number[]): boolean {
  return head.every((byte, index) => raw[index] === byte);
}

/** Recognizes a map whose first key is a short text, and a list. */
function isMessagePack(raw: Buffer): boolean {
  const [first = 0] = raw;
  const keyAt = first >= 0x81 && first <= 0x8f ? 1 : first === 0xde ? 3 : first === 0xdf ? 5 : undefined;
  const key = keyAt === undefined ? 0 : (raw[keyAt] ?? 0);
  return (key >= 0xa0 && key <= 0xbf) || key === 0xd9 || (first >= 0x91 && first <= 0x9f) || first === 0xdc;
}

/** Returns whether a parsed JSON value is a text that contains JSON again. */
export function isEncodedTwice(value: unknown): boolean {
  return typeof value === 'string' && /^\s*(?:\{[^]*\}|\[[^]*\]|"[^]*")\s*$/.test(value);
}
