import { didYouMean } from '../../schema/did-you-mean.ts';
import { evaluateTargetField } from '../../schema/target-field.ts';
import type { Finding } from '../text/findings.ts';
import type { Field } from './field.ts';
import type { Report } from './route-in-file.ts';
import type { LoadedSchema } from './schema-memory.ts';

/** Warns of a field that the schema does not declare. */
export function undeclared(field: Field, path: readonly string[], schema: LoadedSchema, report: Report): Finding[] {
  const verdict = evaluateTargetField(schema.main, schema.files, field.path, { optional: true, ids: 'uint64' });
  if (verdict.kind !== 'undeclared') return [];
  const message = `field "${field.text}" is not declared by the schema; ${declared(verdict)}`;
  return [report('field-undeclared', path, message, 'warning')];
}

/** What may be meant by an undeclared name, to end a sentence. */
export function declared({ name, known }: { readonly name: string; readonly known: readonly string[] }): string {
  const near = didYouMean(name, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  return known.length === 0 ? 'declare it in properties' : `declared are ${known.slice(0, 10).join(', ')}`;
}
