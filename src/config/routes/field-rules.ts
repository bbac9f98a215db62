import { valueAt } from '../../schema/json.ts';
import { refusedZeros } from '../../schema/zero-values.ts';
import { isRequired, evaluateTargetField, type FieldVerdict, type UserIdKind } from '../../schema/target-field.ts';
import { declared, undeclared } from './declared-fields.ts';
import { envelopeFields } from './envelope.ts';
import type { Field } from './field.ts';
import type { Finding, FindingCode, Severity } from '../text/findings.ts';
import { payloadFindings, shapeFindings } from './payload-rules.ts';
import type { Report, RouteInFile } from './route-in-file.ts';
import type { LoadedSchema } from './schema-memory.ts';

/** Checks the fields that a route names against its schema, and the schema against the envelope. */
export function fieldFindings(input: RouteInFile, schema: LoadedSchema, report: Report): Finding[] {
  return [
    ...targetFindings(input, schema, report),
    ...exceptFindings(input, schema, report),
    ...payloadFindings(input, schema, report),
    ...shapeFindings(input, schema, report),
    ...latestFindings(input, schema, report),
    ...envelopeFindings(input, schema, report),
  ];
}

function targetFindings({ document, route, identity }: RouteInFile, schema: LoadedSchema, report: Report): Finding[] {
  if (route.target.kind === 'broadcast') return [];
  const ids = identity.userId;
  const single = valueAt(document.value, ['routes', route.name, 'target', 'user']) !== undefined;
  return route.target.fields.flatMap((field, index) => {
    const path = single ? ['target', 'user'] : ['target', 'users', String(index)];
    return userFieldFindings(field, { ids, path, schema, report });
  });
}

/** Checks the fields of `except` as those of a target: a value that is no id leaves a message without recipients. */
function exceptFindings({ route, identity }: RouteInFile, schema: LoadedSchema, report: Report): Finding[] {
  const { except = [], target } = route;
  const isExcepted = ({ path }: Field): boolean => except.some((one) => one.path.join('\0') === path.join('\0'));
  const noneLeft = target.kind === 'users' && target.fields.length > 0 && target.fields.every(isExcepted);
  const message = 'except names every field of the target, so no user is left; remove it, or name other fields';
  return [
    ...except.flatMap((field, index) =>
      userFieldFindings(field, { ids: identity.userId, path: ['except', 'users', String(index)], schema, report }),
    ),
    ...(noneLeft ? [report('except-all', ['except'], message)] : []),
  ];
}

interface FieldInRoute {
  readonly ids: UserIdKind;
  readonly path: readonly string[];
  readonly schema: LoadedSchema;
  readonly report: Report;
}

function userFieldFindings(field: Field, { ids, path, schema, report }: FieldInRoute): Finding[] {
  const verdict = evaluateTargetField(schema.main, schema.files, field.path, { optional: field.optional, ids });
  const found = targetWords(field, verdict, ids);
  return [
    ...(found ? [report(found[0], path, found[2], found[1])] : []),
    ...(found?.[1] === 'error' ? [] : zeroFindings(field, ids, path, schema, report)),
  ];
}

/** Publishers in Go, PHP and Java write a zero value for "no user". */
function zeroFindings(
  field: Field,
  ids: UserIdKind,
  at: readonly string[],
  schema: LoadedSchema,
  report: Report,
): Finding[] {
  const refused = field.optional ? refusedZeros(schema.main, schema.files, field.path, ids) : [];
  if (refused.length === 0) return [];
  const list = refused.map((value) => JSON.stringify(value)).join(', ');
  const message = `"${field.text}" is optional, but the schema refuses ${list}, which publishers write for "no user"; such messages are dropped as invalid. Allow these values, as $defs/optional_id of common.schema.json does`;
  return [report('target-zeros', at, message, 'warning')];
}

const ALLOWED_TYPES: Readonly<Record<UserIdKind, string>> = {
  uint64: 'allow integer or string, or an array of them. For ids that are any text write identity: { user_id: text }',
  text: 'identity.user_id is text: allow string, or an array of strings',
};

type Words = readonly [FindingCode, Severity, string];

function targetWords(field: Field, verdict: FieldVerdict, ids: UserIdKind): Words | undefined {
  const name = field.text.replace(/\?$/, '');
  if (verdict.kind === 'undeclared') {
    const words = `target field "${name}" is not declared by the schema; ${declared(verdict)}`;
    return ['target-undeclared', field.optional ? 'warning' : 'error', words];
  }
  if (verdict.kind === 'not-required') {
    const words = `the schema allows target field "${name}" to be absent; require it and the objects that hold it, or write "${name}?"`;
    return ['target-not-required', 'error', words];
  }
  if (verdict.kind === 'not-ids') {
    const words = `target field "${name}" may be of type ${verdict.type}, which is not a user id; ${ALLOWED_TYPES[ids]}`;
    return ['target-not-ids', 'error', words];
  }
  if (verdict.kind === 'proven') return undefined;
  const words = `the schema does not prove that target field "${name}" always holds user ids; messages without them are dropped`;
  return ['target-unproven', 'warning', words];
}

function latestFindings({ route }: RouteInFile, schema: LoadedSchema, report: Report): Finding[] {
  if (route.kind === 'control' || route.latest === undefined) return [];
  return undeclared(route.latest, ['latest'], schema, report);
}

/** Envelope fields are removed before validation: a schema that requires one rejects every message. */
function envelopeFindings({ route }: RouteInFile, schema: LoadedSchema, report: Report): Finding[] {
  return envelopeFields(route.envelope)
    .filter((field) => isRequired(schema.main, schema.files, field))
    .map((field) => {
      const message = `schema ${route.schema} requires "${field}", which belongs to the envelope and is removed before validation, so no message is valid. Remove it from required, or name another field in envelope`;
      return report('envelope-required', ['schema'], message);
    });
}
