import { warningFinding, type SchemaFinding } from './fault.ts';
import { isObject, valueAt } from './json.ts';
import { parsePath } from './pointer.ts';
import type { SchemaFiles } from './references.ts';

/** Rules without the type they are for, as ajv's strict mode finds them: they work, but probably not as meant. */
export function looseKeywordFindings(complaints: readonly string[], files: SchemaFiles): SchemaFinding[] {
  const faults = complaints.flatMap((complaint) => looseKeywordFinding(complaint, files) ?? []);
  return [...new Map(faults.map((found) => [JSON.stringify(found), found])).values()];
}

/** `strict mode: missing type "string" for keyword "minLength" at "file:///…#/properties/name" (strictTypes)` */
const COMPLAINT = /^strict mode: missing type "(.+?)" for keyword ".+" at "(.+?)#(.*)" \(strictTypes\)$/;

// Where one of these stands beside, the type may stand where it leads.
const ELSEWHERE = ['$ref', 'allOf', 'anyOf', 'oneOf'];

function looseKeywordFinding(complaint: string, files: SchemaFiles): SchemaFinding | undefined {
  const [, type, uri = '', pointer = ''] = COMPLAINT.exec(complaint) ?? [];
  const file = files.get(uri);
  if (file === undefined || type === undefined) return undefined;
  const path = parsePath(decodeURIComponent(pointer));
  const schema = valueAt(file.json, path);
  if (isObject(schema) && ELSEWHERE.some((key) => Object.hasOwn(schema, key))) return undefined;
  const message = `has rules for type ${type} only, and values of other types pass; add "type": "${type}"`;
  return warningFinding(file, 'schema-loose', path, message);
}
