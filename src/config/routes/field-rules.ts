import { valueAt } from '../../schema/json.ts';
import { didYouMean } from '../../schema/did-you-mean.ts';
import { mayCrossList } from '../../schema/list-on-path.ts';
import { refusedZeros } from '../../schema/zero-values.ts';
import { isRequired, judgeTargetField, type FieldVerdict } from '../../schema/target-field.ts';
import { envelopeFields } from './envelope.ts';
import type { Field } from './field.ts';
import type { Finding, FindingCode, Severity } from '../text/findings.ts';
import type { Report, RouteInFile } from './route-in-file.ts';
import type { LoadedSchema } from './schema-files.ts';

/** How the fields that a route names fit its schema, and how the schema fits the envelope. */
export function fieldFindings(input: RouteInFile, schema: LoadedSchema, report: Report): Finding[] {
  return [
    ...targetFindings(input, schema, report),
    ...shapeFindings(input, schema, report),
    ...latestFindings(input, schema, report),
    ...envelopeFindings(input, schema, report),
  ];
}

function targetFindings({ document, route }: RouteInFile, schema: LoadedSchema, report: Report): Finding[] {
  if (route.target.kind === 'broadcast') return [];
  const single = valueAt(document.value, ['routes', route.name, 'target', 'user']) !== undefined;
  return route.target.fields.flatMap((field, index) => {
    const verdict = judgeTargetField(schema.main, schema.files, field.path, field.optional);
    const found = targetWords(field, verdict);
    const path = single ? ['target', 'user'] : ['target', 'users', String(index)];
    return [
      ...(found ? [report(found[0], path, found[2], found[1])] : []),
      ...(found?.[1] === 'error' ? [] : zeroFindings(field, path, schema, report)),
    ];
  });
}

/** Publishers in Go, PHP and Java write a zero value where there is no user. */
function zeroFindings(field: Field, at: readonly string[], schema: LoadedSchema, report: Report): Finding[] {
  const refused = field.optional ? refusedZeros(schema.main, schema.files, field.path) : [];
  if (refused.length === 0) return [];
  const list = refused.map((value) => JSON.stringify(value)).join(', ');
  const message = `"${field.text}" may be nobody, and the schema refuses ${list} for it; messages of publishers that write nobody so are dropped as invalid. Allow it, as $defs/optional_id of common.schema.json does`;
  return [report('target-zeros', at, message, 'warning')];
}

type Words = readonly [FindingCode, Severity, string];

function targetWords(field: Field, verdict: FieldVerdict): Words | undefined {
  const name = field.text.replace(/\?$/, '');
  if (verdict.kind === 'undeclared') {
    const words = `target field "${name}" is not declared by the schema; ${declared(verdict)}`;
    return ['target-undeclared', field.optional ? 'warning' : 'error', words];
  }
  if (verdict.kind === 'not-required') {
    const words = `the schema lets target field "${name}" be absent; require it and what holds it, or write "${name}?"`;
    return ['target-not-required', 'error', words];
  }
  if (verdict.kind === 'not-ids') {
    const words = `target field "${name}" may be of type ${verdict.type}, which is no user id; allow integer or string, or an array of them`;
    return ['target-not-ids', 'error', words];
  }
  if (verdict.kind === 'proven') return undefined;
  const words = `it cannot be told from the schema that target field "${name}" always holds ids; messages where it does not are dropped`;
  return ['target-unproven', 'warning', words];
}

function shapeFindings({ route }: RouteInFile, schema: LoadedSchema, report: Report): Finding[] {
  if (route.kind === 'control' || route.shape.kind === 'as-published') return [];
  const { shape } = route;
  const keys = shape.kind === 'map' ? [...shape.fields.keys()] : shape.fields.map((_, index) => String(index));
  return [...shape.fields.values()].flatMap((field, index) => {
    const at = [shape.kind, keys[index] ?? ''];
    const lists = shape.kind === 'omit' ? inList(field, at, schema, report) : [];
    return lists.length > 0 ? lists : undeclared(field, at, schema, report);
  });
}

/** An item that is taken out makes the next one the item of that number. */
function inList({ text, path }: Field, at: readonly string[], schema: LoadedSchema, report: Report): Finding[] {
  if (!mayCrossList(schema.main, schema.files, path)) return [];
  const message = `"${text}" leads into a list, or the schema does not rule one out, and omit takes nothing out of lists. Omit the whole list, name what clients get with map, or declare "type": "object" there`;
  return [report('omit-in-list', at, message)];
}

function latestFindings({ route }: RouteInFile, schema: LoadedSchema, report: Report): Finding[] {
  if (route.kind === 'control' || route.latest === undefined) return [];
  return undeclared(route.latest, ['latest'], schema, report);
}

function undeclared(field: Field, path: readonly string[], schema: LoadedSchema, report: Report): Finding[] {
  const verdict = judgeTargetField(schema.main, schema.files, field.path, true);
  if (verdict.kind !== 'undeclared') return [];
  const message = `field "${field.text}" is not declared by the schema; ${declared(verdict)}`;
  return [report('field-undeclared', path, message, 'warning')];
}

function declared({ name, known }: { readonly name: string; readonly known: readonly string[] }): string {
  const near = didYouMean(name, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  return known.length === 0 ? 'declare it in its properties' : `declared there are ${known.slice(0, 10).join(', ')}`;
}

/** Taken off before the schema is asked, so no message would be valid. */
function envelopeFindings({ envelope, route }: RouteInFile, schema: LoadedSchema, report: Report): Finding[] {
  return envelopeFields(envelope)
    .filter((field) => isRequired(schema.main, schema.files, field))
    .map((field) => {
      const message = `schema ${route.schema} requires "${field}", which belongs to the envelope and is taken off before the check; no message would be valid. Do not require it, or name another field in envelope`;
      return report('envelope-required', ['schema'], message);
    });
}
