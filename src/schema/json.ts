export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the value at `path`, by own properties only: a payload never reaches a prototype. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const segment of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, segment)) return undefined;
    // Excludes a list's length, which would be a number like any id.
    if (Array.isArray(current) && segment === 'length') return undefined;
    current = Reflect.get(current, segment);
  }
  return current;
}
