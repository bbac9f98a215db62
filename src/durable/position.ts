// Entry ids are rewritten to a fixed width: as text they compare in the order of Redis, also for clients, which then need
// no big integers. Twenty digits hold each half of every id that Redis accepts.

const WIDTH = 20;
/** The greatest value of each half. */
const GREATEST = 18_446_744_073_709_551_615n;

/** The position before every entry. */
export const START = `${'0'.repeat(WIDTH)}-${'0'.repeat(WIDTH)}`;

/** A position in a stream, as clients send and receive it. */
export interface Position {
  /** Epoch: names the history that the id belongs to. */
  readonly e: string;
  readonly id: string;
}

const GREATEST_HALF = String(GREATEST);
const EPOCH = /^[\w-]{1,64}$/;
const ID = /^\d{20}-\d{20}$/;

/** Reads a position that a client sent; undefined if it does not have the form of one. */
export function readPosition(sent: unknown): Position | undefined {
  if (typeof sent !== 'object' || sent === null || !('e' in sent) || !('id' in sent)) return undefined;
  const { e, id } = sent;
  if (typeof e !== 'string' || typeof id !== 'string' || !EPOCH.test(e) || !ID.test(id)) return undefined;
  // Twenty digits can exceed 64 bits; Redis refuses such an id.
  const [ms, sequence] = [id.slice(0, WIDTH), id.slice(WIDTH + 1)];
  return ms > GREATEST_HALF || sequence > GREATEST_HALF ? undefined : { e, id };
}

/** Converts `1700000000000-1` to an id of fixed width. */
export function fromRedisId(id: string): string {
  const dash = id.indexOf('-');
  return `${id.slice(0, dash).padStart(WIDTH, '0')}-${id.slice(dash + 1).padStart(WIDTH, '0')}`;
}

const [DASH, ZERO] = [0x2d, 0x30];
const scratch = Buffer.alloc(2 * WIDTH + 1);

/** Converts an id in bytes. Cheaper for many ids: no text is allocated per half. */
export function fromRedisBytes(id: Buffer): string {
  let from = id.length - 1;
  for (let to = scratch.length - 1; to >= 0; to -= 1) {
    const isDash = to === WIDTH;
    const digit = isDash || id[from] !== DASH ? id[from] : undefined;
    scratch[to] = digit ?? ZERO;
    if (digit !== undefined) from -= 1;
  }
  return scratch.toString('latin1');
}

export function toRedisId(id: string): string {
  return `${bare(id.slice(0, WIDTH))}-${bare(id.slice(WIDTH + 1))}`;
}

/** Returns the greatest id before this one. */
export function before(id: string): string {
  const [ms, sequence] = [BigInt(id.slice(0, WIDTH)), BigInt(id.slice(WIDTH + 1))];
  if (sequence > 0n) return format(ms, sequence - 1n);
  return ms > 0n ? format(ms - 1n, GREATEST) : START;
}

/** Returns when Redis made the id, in milliseconds since 1970, unless its publisher chose it. */
export function timeOf(id: string): number {
  return Number(id.slice(0, WIDTH));
}

function bare(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '');
}

function format(ms: bigint, sequence: bigint): string {
  return `${ms.toString().padStart(WIDTH, '0')}-${sequence.toString().padStart(WIDTH, '0')}`;
}
