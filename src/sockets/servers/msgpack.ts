type Value = string | number | boolean | { readonly [key: string]: Value };

/** Whether bytes look like a packet of socket.io-msgpack-parser, which Socket.IO documents: a small map. */
export function looksLikeMsgpack(bytes: Buffer): boolean {
  return ((bytes[0] ?? 0) & 0xf0) === 0x80 && bytes.includes('nsp');
}

/** Encodes MessagePack as far as a refusal needs it: texts, small numbers, booleans, and small maps of them. */
export function msgpackOf(value: Value): Buffer {
  if (typeof value === 'boolean') return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === 'number') return Buffer.from([value & 0x7f]);
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([Buffer.from([0xda, text.length >> 8, text.length & 0xff]), text]);
  }
  const entries = Object.entries(value);
  return Buffer.concat([Buffer.from([0x80 | entries.length]), ...entries.flat().map(msgpackOf)]);
}
