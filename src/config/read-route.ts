import { isObject } from '../schema/json.ts';
import { parseField, parseTargetField } from './field.ts';
import type { RouteConfig, ShapeConfig, TargetConfig } from './routes-file.ts';
import { readStream } from './stream.ts';

/** A route as written, with its defaults filled in. Event and schema are empty where their shape is wrong. */
export function readRoute(name: string, value: Readonly<Record<string, unknown>>): RouteConfig {
  const { description, channel, event, schema, schema_next: schemaNext, audience, latest, max_bytes: maxBytes } = value;
  const names = texts(channel ?? name);
  const stream = readStream(value, names[0] ?? name);
  return {
    name,
    ...(typeof description === 'string' && { description }),
    channels: stream && !stream.alsoPubsub ? [] : names,
    ...(stream && { stream }),
    event: typeof event === 'string' ? event : '',
    schema: typeof schema === 'string' ? schema : '',
    ...(typeof schemaNext === 'string' && { schemaNext }),
    shadow: value['shadow'] === true,
    target: readTarget(value['target']),
    audience: audience === 'anyone' ? 'anyone' : 'authenticated',
    shape: readShape(value['map'], value['omit']),
    ...(typeof latest === 'string' && { latest: parseField(latest) }),
    ...(typeof maxBytes === 'number' && { maxBytes }),
  };
}

function readTarget(target: unknown): TargetConfig {
  if (!isObject(target)) return { kind: 'broadcast' };
  return { kind: 'users', fields: texts(target['user'] ?? target['users']).map(parseTargetField) };
}

function readShape(map: unknown, omit: unknown): ShapeConfig {
  if (isObject(map)) {
    return {
      kind: 'map',
      fields: new Map(Object.entries(map).map(([name, field]) => [name, parseField(String(field))])),
    };
  }
  if (omit !== undefined) return { kind: 'omit', fields: texts(omit).map(parseField) };
  return { kind: 'as-published' };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)];
}
