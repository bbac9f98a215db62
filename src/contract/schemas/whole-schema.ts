import type { Envelope } from '../../config/routes/envelope.ts';
import type { CheckedEventRoute, CheckedRoute } from '../../config/routes/route-config.ts';
import { clientSchemaIn } from './client-schema.ts';
import { createSchemaBundle, type Schema, type SchemaBundle } from './schema-bundle.ts';
import { createNames } from './type-names.ts';

/** What publishers send on a route, in one piece, without the envelope. */
export function publishedSchema({ payload }: CheckedRoute, envelope: Envelope): Schema {
  return clientSchema({ payload, shape: { kind: 'as-published' } }, envelope);
}

/** What clients get on a route, in one piece: after its `map` or `omit`, and without the envelope. */
export function clientSchema(route: Pick<CheckedEventRoute, 'payload' | 'shape'>, envelope: Envelope): Schema {
  return inOnePiece((bundle) => clientSchemaIn(bundle, route, envelope));
}

function inOnePiece(read: (bundle: SchemaBundle) => Schema): Schema {
  const bundle = createSchemaBundle('#/$defs/', createNames());
  const schema = read(bundle);
  const definitions = bundle.definitions();
  return Object.keys(definitions).length === 0 ? schema : { ...schema, $defs: definitions };
}
