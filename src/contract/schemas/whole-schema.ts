import type { CheckedRoute } from '../../config/routes/route-config.ts';
import { clientSchemaIn, type Shaped } from './client-schema.ts';
import { createSchemaBundle, type Schema, type SchemaBundle } from './schema-bundle.ts';
import { createNames } from './type-names.ts';

/** What publishers send on a route, in one piece, without the envelope. */
export function publishedSchema({ payload, envelope }: CheckedRoute): Schema {
  return clientSchema({ payload, envelope, shape: { kind: 'as-published' } });
}

/** What clients get on a route, in one piece: after `payload`, `map` or `omit`, and without the envelope. */
export function clientSchema(route: Shaped): Schema {
  return inOnePiece((bundle) => clientSchemaIn(bundle, route));
}

function inOnePiece(read: (bundle: SchemaBundle) => Schema): Schema {
  const bundle = createSchemaBundle('#/$defs/', createNames());
  const schema = read(bundle);
  const definitions = bundle.definitions();
  return Object.keys(definitions).length === 0 ? schema : { ...schema, $defs: definitions };
}
