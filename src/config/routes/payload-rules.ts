import { mayCrossList } from '../../schema/list-on-path.ts';
import { evaluatePresence } from '../../schema/target-field.ts';
import type { Finding } from '../text/findings.ts';
import { declared, undeclared } from './declared-fields.ts';
import type { Field } from './field.ts';
import { pathInBody } from './route-config.ts';
import type { Report, RouteInFile } from './route-in-file.ts';
import type { LoadedSchema } from './schema-memory.ts';

/** Each message must have the value that is sent. */
export function payloadFindings({ route }: RouteInFile, schema: LoadedSchema, report: Report): Finding[] {
  if (route.kind === 'control' || route.shape.from === undefined) return [];
  const { text, path } = route.shape.from;
  const verdict = evaluatePresence(schema.main, schema.files, path);
  if (verdict.kind === 'proven') return [];
  if (verdict.kind === 'undeclared')
    return [
      report(
        'payload-undeclared',
        ['payload'],
        `payload "${text}" is not declared by the schema; ${declared(verdict)}`,
      ),
    ];
  if (verdict.kind === 'not-required') {
    const message = `the schema allows payload "${text}" to be absent, and such a message has nothing to send; require it and the objects that hold it`;
    return [report('payload-not-required', ['payload'], message)];
  }
  const message = `the schema does not prove that each message has payload "${text}"; messages without it are dropped as invalid. Declare and require it outside of anyOf, oneOf and if`;
  return [report('payload-not-required', ['payload'], message, 'warning')];
}

/** Checks the fields of `map` and `omit`, which are those of the value that is sent. */
export function shapeFindings({ route }: RouteInFile, schema: LoadedSchema, report: Report): Finding[] {
  if (route.kind === 'control' || route.shape.kind === 'as-published') return [];
  const { shape } = route;
  const keys = shape.kind === 'map' ? [...shape.fields.keys()] : shape.fields.map((_, index) => String(index));
  return [...shape.fields.values()].flatMap((written, index) => {
    const field = { ...written, path: pathInBody(shape, written) };
    const at = [shape.kind, keys[index] ?? ''];
    const lists = shape.kind === 'omit' ? inList(field, at, schema, report) : [];
    return lists.length > 0 ? lists : undeclared(field, at, schema, report);
  });
}

/** Removing an item of a list would move the next one to its index. */
function inList({ text, path }: Field, at: readonly string[], schema: LoadedSchema, report: Report): Finding[] {
  if (!mayCrossList(schema.main, schema.files, path)) return [];
  const message = `"${text}" leads into a list, or the schema does not exclude one, and omit removes nothing from lists. Omit the whole list, list the fields for clients with map, or declare "type": "object" there`;
  return [report('omit-in-list', at, message)];
}
