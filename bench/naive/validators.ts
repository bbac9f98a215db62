import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

export interface Message {
  readonly user_id?: number;
  readonly old_owner_id?: number;
  readonly new_owner_id?: number;
}

const SCHEMAS = { 'user-status': 'user-status', 'feature-status': 'feature-status', notifications: 'notification' };

/** By channel; the same schemas that the gateway validates with. */
export function compileValidators(): ReadonlyMap<string, ValidateFunction<Message>> {
  const ajv = new Ajv2020({ allowUnionTypes: true, strictTypes: false });
  formats.default(ajv);
  ajv.addSchema(readSchema('common'), 'common.schema.json');
  return new Map(Object.entries(SCHEMAS).map(([channel, name]) => [channel, ajv.compile<Message>(readSchema(name))]));
}

function readSchema(name: string): object {
  const schema: unknown = JSON.parse(
    readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8'),
  );
  if (typeof schema !== 'object' || schema === null) throw new Error(`${name} is no schema`);
  return schema;
}
