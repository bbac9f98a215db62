/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What several schemas say of one value, together. */
export interface Parts {
  readonly schemas: readonly JsonObject[];
  /** `$ref`s that lead back to where they stand in; they are not followed again. */
  readonly loops: readonly string[];
  /** `$ref`s on the way here. */
  readonly seen: ReadonlySet<string>;
}

/**
 * All schemas that a value at this place has to satisfy: `$ref` and `allOf` followed.
 *
 * @param root the document that references point into.
 */
export function partsOf(schemas: readonly unknown[], root: unknown, seen: ReadonlySet<string> = new Set()): Parts {
  const found: JsonObject[] = [];
  const loops: string[] = [];
  const passed = new Set(seen);
  const visit = (value: unknown): void => {
    if (value === false) found.push({ type: 'nothing' });
    const schema = asObject(value);
    if (schema === undefined) return;
    found.push(schema);
    const reference = schema['$ref'];
    if (typeof reference === 'string') {
      if (seen.has(reference)) loops.push(reference);
      else if (!passed.has(reference)) {
        passed.add(reference);
        visit(resolve(reference, root));
      }
    }
    for (const part of asList(schema['allOf'])) visit(part);
  };
  for (const schema of schemas) visit(schema);
  return { schemas: found, loops, seen: passed };
}

/** The place in the document that `#/a/b` names. */
function resolve(reference: string, root: unknown): unknown {
  const steps = reference.replace(/^[^#]*#\/?/, '').split('/');
  return steps.filter((step) => step !== '').reduce<unknown>((at, step) => stepInto(at, step), root);
}

function stepInto(at: unknown, step: string): unknown {
  const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  return Array.isArray(at) ? at[Number(key)] : asObject(at)?.[key];
}
