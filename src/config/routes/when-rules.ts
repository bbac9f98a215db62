import { compareField } from '../../schema/field-values.ts';
import { isObject } from '../../schema/json.ts';
import { referencesOf } from '../../schema/references.ts';
import { unrequiredComparisons, type Unrequired } from '../../schema/unrequired.ts';
import type { Check } from '../../schema/payload-schemas.ts';
import type { Finding } from '../text/findings.ts';
import { bodyPath } from './envelope.ts';
import { parseField } from './field.ts';
import { undeclared } from './declared-fields.ts';
import { written, type Report, type RouteInFile } from './route-in-file.ts';
import type { LoadedSchema } from './schema-memory.ts';
import { anyOf, fieldKey, type WhenField } from './when.ts';

/** Checks `when` by itself. @returns the check of its inline schema, too. */
export function whenFindings(input: RouteInFile, report: Report): { findings: Finding[]; matches?: Check } {
  const { when } = input.route;
  if (when === undefined) return { findings: [] };
  const form = formFindings(input, report);
  if (form.length > 0) return { findings: form };
  if (when.kind === 'fields') return { findings: [...valueFindings(input, report), ...twice(when.fields, report)] };
  return inlineFindings(input, when.schema, report);
}

/** `matches` stands alone: what it says of a field and what the short form says would be read apart. */
function formFindings(input: RouteInFile, report: Report): Finding[] {
  const keys = Object.keys(keysOf(input));
  if (!keys.includes('matches') || keys.length === 1) return [];
  const others = keys.filter((key) => key !== 'matches').join(', ');
  const message = `matches is a whole schema, so ${others} cannot stand next to it; say the same in the schema, or leave matches out. A field called matches is written /matches`;
  return [report('when-form', ['when', 'matches'], message)];
}

function keysOf(input: RouteInFile): Readonly<Record<string, unknown>> {
  const when = written(input, 'when');
  return isObject(when) ? when : {};
}

/** A number that JSON readers round is equal to others. */
function valueFindings(input: RouteInFile, report: Report): Finding[] {
  return Object.entries(keysOf(input)).flatMap(([key, value]) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.flatMap((one, index) => {
      if (typeof one !== 'number' || !isRounded(one)) return [];
      const at = ['when', key, ...(Array.isArray(value) ? [String(index)] : [])];
      const message = `${one} is a number that JSON readers round: it would be equal to others. Compare with a number up to 2^53 - 1, or publish it as text and quote it here`;
      return [report('wrong-value', at, message)];
    });
  });
}

function isRounded(value: number): boolean {
  return !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
}

/** A name and a pointer may be the same field: both must hold. */
function twice(fields: readonly WhenField[], report: Report): Finding[] {
  const first = new Map<string, WhenField>();
  return fields.flatMap((one) => {
    const other = first.get(fieldKey(one.field));
    first.set(fieldKey(one.field), other ?? one);
    if (other === undefined) return [];
    const message = `"${one.field.text}" and "${other.field.text}" are the same field; write it once, with a list of values`;
    return [report('when-form', ['when', one.field.text], message)];
  });
}

function inlineFindings(
  { route, schemas }: RouteInFile,
  schema: Readonly<Record<string, unknown>>,
  report: Report,
): { findings: Finding[]; matches?: Check } {
  const at = (path: readonly string[]): string[] => ['when', 'matches', ...path];
  const outside = referencesOf(schema).filter(({ ref }) => !ref.startsWith('#'));
  if (outside.length > 0) {
    const words = (ref: string): string =>
      `"${ref}" is outside of this schema; a schema of when refers to its own places only, such as #/$defs/kind`;
    return { findings: outside.map(({ ref, path }) => report('schema-ref', at(path), words(ref))) };
  }
  // A message is an object, whatever the schema says.
  const { check, findings } = schemas.inline(`${route.name}/when`, { type: 'object', ...schema });
  return {
    findings: [
      ...findings.map(({ code, path, message, severity }) => report(code, at(path), message, severity)),
      ...unrequiredComparisons(schema).map((one) => report('when-not-required', at(one.path), unrequiredWords(one))),
      ...(Object.keys(schema).length === 0
        ? [report('when-always', at([]), 'an empty schema takes every message; remove when', 'warning')]
        : []),
    ],
    ...(check && { matches: check }),
  };
}

function unrequiredWords({ property, lacks }: Unrequired): string {
  const name = property.split('/').at(-1);
  return lacks === 'required'
    ? `"${property}" is compared, but the schema takes messages without it, too; add "${name}" to required, next to these properties`
    : `"${property}" is compared, but the schema takes messages in which its parent is no object, too; add type: object next to these properties`;
}

/** Compares the fields of the short form with the schema of the payload: what is always or never true is probably a mistake. */
export function whenAgainstSchema(input: RouteInFile, schema: LoadedSchema, report: Report): Finding[] {
  const { when } = input.route;
  if (when === undefined) return [];
  const fields = when.kind === 'fields' ? when.fields : comparedIn(when.schema);
  const judged = fields.map((one) => ({ ...one, ...fieldFindings(one, input, schema, report) }));
  const isAlways = when.kind === 'fields' && judged.every(({ verdict }) => verdict === 'always');
  const names = fields.map(({ field }) => `"${field.text}"`).join(' and ');
  const always = `when is true for each message that the schema takes, by ${names}; remove it, or compare with other values`;
  return [
    ...judged.flatMap(({ findings }) => findings),
    ...(isAlways ? [report('when-always', ['when'], always, 'warning')] : []),
  ];
}

function fieldFindings(
  { field, values }: WhenField,
  { route }: RouteInFile,
  schema: LoadedSchema,
  report: Report,
): { findings: Finding[]; verdict?: ReturnType<typeof compareField> } {
  const path = bodyPath(route.envelope, field.path);
  if (path === undefined) return { findings: [] };
  const at = route.when?.kind === 'fields' ? ['when', field.text] : ['when', 'matches'];
  const unknown = undeclared({ ...field, path }, at, schema, report);
  if (unknown.length > 0) return { findings: unknown };
  const verdict = compareField(schema.main, schema.files, path, values);
  if (verdict !== 'never') return { findings: [], verdict };
  const message = `when is never true: the schema does not allow that "${field.text}" is ${anyOf(values)}; messages with it are dropped as invalid. Correct the value, or the schema`;
  return { findings: [report('when-never', at, message, 'warning')], verdict };
}

/** The properties that an inline schema requires and compares: what the short form could say, too. */
function comparedIn(schema: Readonly<Record<string, unknown>>): WhenField[] {
  const { properties, required } = schema;
  if (!isObject(properties) || !Array.isArray(required)) return [];
  return Object.entries(properties).flatMap(([name, property]) => {
    if (!isObject(property) || !required.includes(name)) return [];
    const values: unknown = Object.hasOwn(property, 'const') ? [property['const']] : property['enum'];
    const scalars = Array.isArray(values) ? values.filter((one): one is string => typeof one === 'string') : [];
    if (scalars.length === 0 || !Array.isArray(values) || scalars.length < values.length) return [];
    return [{ field: { ...parseField(name), text: name, path: [name] }, values: scalars }];
  });
}
