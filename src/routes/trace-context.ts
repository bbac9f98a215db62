/** A parsed W3C `traceparent`. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const LONGEST = 200;

/** Parses W3C Trace Context, level 1; undefined if it is malformed. */
export function parseTraceparent(text: string | undefined): TraceParent | undefined {
  const match = text === undefined || text.length > LONGEST ? null : TRACEPARENT.exec(text);
  const [, traceId = '', spanId = '', flags = ''] = match ?? [];
  if (match === null || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  if (text?.startsWith('00-') && text.length !== 55) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Explains why a value is not a trace context, in the order in which parseTraceparent refuses; undefined if it is one. */
export function traceparentProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'it is no text';
  if (parseTraceparent(value) !== undefined) return undefined;
  if (value.length > LONGEST) return `it is longer than ${LONGEST} characters`;
  if (parseTraceparent(value.toLowerCase()) !== undefined) return 'it has upper-case letters, W3C asks for lower case';
  if (/^ff-/i.test(value)) return 'version ff is not allowed';
  if (/^[0-9a-f]{16}([0-9a-f]{16})?-[0-9a-f]{16}(-|$)/i.test(value)) return 'it is in the form of B3, not of W3C';
  if (/^[0-9a-f]{2}-0{32}-/.test(value)) return 'its trace id is all zeros';
  if (/^[0-9a-f]{2}-[0-9a-f]{32}-0{16}-/.test(value)) return 'its span id is all zeros';
  return 'it is not of the form 00-<32 hex digits>-<16 hex digits>-<2 hex digits>';
}

// Keys of level 2: letters and digits first, one @ before the system.
const STATE_KEY = '[a-z0-9][a-z0-9_*/-]{0,255}(?:@[a-z0-9][a-z0-9_*/-]{0,255})?';
const STATE_MEMBER = new RegExp(`^${STATE_KEY}=[ -+\\--<>-~]{0,255}[!-+\\--<>-~]$`);
const MOST_STATES = 32;

/** Checks the form of W3C: members `key=value`, separated by commas, each key once; empty members are allowed. */
export function isTracestate(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const members = membersOf(value).filter((member) => member !== '');
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf('='))));
  return (
    members.length <= MOST_STATES &&
    keys.size === members.length &&
    members.every((member) => STATE_MEMBER.test(member))
  );
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const OCTETS = '[!#-+\\--:<-[\\]-~]*';
const BAGGAGE_MEMBER = new RegExp(
  `^${TOKEN}[ \\t]*=[ \\t]*${OCTETS}(?:[ \\t]*;[ \\t]*${TOKEN}[ \\t]*(?:=[ \\t]*${OCTETS})?)*$`,
);
const MOST_BAGGAGE = 180;
const LONGEST_BAGGAGE = 8192;

/** Checks the form of W3C Baggage: members `key=value;property`, separated by commas. */
export function isBaggage(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > LONGEST_BAGGAGE) return false;
  const members = membersOf(value);
  return members.length <= MOST_BAGGAGE && members.every((member) => BAGGAGE_MEMBER.test(member));
}

/** Splits a list, and removes the white space around each member. */
function membersOf(list: string): string[] {
  return list.split(',').map((member) => {
    let [start, end] = [0, member.length];
    while (isBlank(member, start)) start += 1;
    while (end > start && isBlank(member, end - 1)) end -= 1;
    return member.slice(start, end);
  });
}

function isBlank(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t';
}
