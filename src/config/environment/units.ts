type Unit = 'seconds' | 'bytes';

/** How many of the plain unit one of another is; lower case. */
const SIZES: Readonly<Record<Unit, Readonly<Record<string, number>>>> = {
  seconds: {
    ms: 0.001,
    millisecond: 0.001,
    milliseconds: 0.001,
    s: 1,
    sec: 1,
    secs: 1,
    second: 1,
    seconds: 1,
    m: 60,
    min: 60,
    mins: 60,
    minute: 60,
    minutes: 60,
    h: 3600,
    hour: 3600,
    hours: 3600,
    d: 86_400,
    day: 86_400,
    days: 86_400,
  },
  // Not K, M and G alone: some programs read them as powers of 1000, others as powers of 1024.
  bytes: {
    b: 1,
    byte: 1,
    bytes: 1,
    kb: 1000,
    mb: 1000 ** 2,
    gb: 1000 ** 3,
    kib: 1024,
    mib: 1024 ** 2,
    gib: 1024 ** 3,
  },
};

/**
 * Says which unit a refused value has, and the number to write in its place, where that is a whole one that is allowed.
 *
 * @returns undefined for a value without a unit.
 */
export function unitProblem(text: string, unit: Unit, isAllowed: (value: number) => boolean): string | undefined {
  const [, digits = '', name] = /^(\d{1,16}(?:\.\d{1,9})?)\s*([a-zA-Z]{1,12})$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const found = `it has the unit ${name}`;
  const value = Number(digits) * (SIZES[unit][name.toLowerCase()] ?? Number.NaN);
  return Number.isInteger(value) && isAllowed(value) ? `${found}; write ${value}` : found;
}
