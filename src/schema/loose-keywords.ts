import { warningFinding, type SchemaFinding } from './schema-finding.ts';
import { isObject, valueAt } from './json.ts';
import { parsePath } from './pointer.ts';
import type { SchemaFiles } from './references.ts';

/** Finds rules without the type that they are for, as ajv's strict mode reports them: they work, but probably not as intended. */
export function looseKeywordFindings(reports: readonly string[], files: SchemaFiles): SchemaFinding[] {
  const findings = reports.flatMap((report) => looseKeywordFinding(report, files) ?? []);
  return [...new Map(findings.map((found) => [JSON.stringify(found), found])).values()];
}

/** `strict mode: missing type "string" for keyword "minLength" at "file:///…#/properties/name" (strictTypes)` */
const STRICT_MODE_REPORT = /^strict mode: missing type "(.+?)" for keyword ".+" at "(.+?)#(.*)" \(strictTypes\)$/;

// With one of these in the same schema, the type may be declared there.
const ELSEWHERE = ['$ref', 'allOf', 'anyOf', 'oneOf'];

function looseKeywordFinding(report: string, files: SchemaFiles): SchemaFinding | undefined {
  const [, type, uri = '', pointer = ''] = STRICT_MODE_REPORT.exec(report) ?? [];
  const file = files.get(uri);
  if (file === undefined || type === undefined) return undefined;
  const path = parsePath(decodeURIComponent(pointer));
  const schema = valueAt(file.json, path);
  if (isObject(schema) && ELSEWHERE.some((key) => Object.hasOwn(schema, key))) return undefined;
  const message = `has rules for type ${type} only, and values of other types pass; add "type": "${type}"`;
  return warningFinding(file, 'schema-loose', path, message);
}
