import { dirname, join } from 'node:path/posix';
import { writtenChannel } from '../../config/routes/channel.ts';
import { envelopeFields, type Envelope } from '../../config/routes/envelope.ts';
import { parseField, parseTargetField, type Field } from '../../config/routes/field.ts';
import type { RoutesConfig } from '../../config/routes/route-config.ts';
import { isWhenValue } from '../../config/routes/when.ts';
import { isObject, valueAt } from '../../schema/json.ts';
import { carriedIn } from '../../routes/envelope.ts';
import { USER_IDS, type UserIds } from '../../routes/user-id.ts';
import { inexactNumbers } from '../route-tests/exact-json.ts';
import type { Schema } from '../schemas/schema-bundle.ts';

/** What its author says of a new route. */
export interface NewRouteOptions {
  readonly channel: string;
  readonly event: string;
  readonly target: TargetOption;
  /** Fields of the message as published: the route takes messages with the values of the sample. */
  readonly when?: readonly string[];
  /** A message, as JSON. */
  readonly sample: string;
  readonly schemaName?: string;
}

export interface TargetOption {
  /** As the routes file has it. */
  readonly written: string | { readonly user: string } | { readonly users: readonly string[] };
  readonly fields: readonly Field[];
}

export interface NewRoute {
  readonly name: string;
  /** As the routes file has it. */
  readonly route: Schema & { readonly schema: string };
  /** The payload; the envelope is no matter of the schema. */
  readonly sample: Schema;
  /** The same, and no number that is written as a fraction is whole: 12.0 is a price, and the next one is 12.5. */
  readonly typed: Schema;
}

/** `broadcast`, `user:field` or `users:one,other?`; nothing where the text is neither. */
export function readTargetOption(text: string): TargetOption | undefined {
  if (text === 'broadcast') return { written: 'broadcast', fields: [] };
  const [, kind, rest = ''] = /^(users?):(.+)$/.exec(text) ?? [];
  const names = kind === 'user' ? [rest] : rest.split(',');
  if (kind === undefined || names.includes('')) return undefined;
  return { written: kind === 'user' ? { user: rest } : { users: names }, fields: names.map(parseTargetField) };
}

/** The route, or why there can be none. */
export function newRoute(config: RoutesConfig, options: NewRouteOptions): NewRoute | { readonly problem: string } {
  const when = whenOf(options, config.envelope);
  if (typeof when === 'string') return { problem: `the sample ${when}` };
  const name = [options.channel, ...Object.values(when).map(String)]
    .join('-')
    .replaceAll(/[^A-Za-z0-9._:-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  if (name === '') return { problem: `channel "${options.channel}" gives no name for a route` };
  if (config.routes.some((route) => route.name === name))
    return { problem: `${config.file} has a route "${name}" already` };
  const sample = readSample(options.sample, config.envelope);
  if (typeof sample === 'string') return { problem: `the sample ${sample}` };
  const ids = USER_IDS[config.identity.userId];
  const problem = options.target.fields
    .map((field) => fieldProblem(field, sample, ids))
    .find((one) => one !== undefined);
  if (problem !== undefined) return { problem };
  const folder = dirname(config.routes[0]?.schema ?? '../schemas/-');
  const schema = join(folder, `${options.schemaName ?? name.replaceAll(':', '-')}.schema.json`);
  const channel = name === options.channel ? {} : { channel: writtenChannel(options.channel) };
  const typed = payloadIn(withFractions(options.sample), config.envelope);
  const taking = Object.keys(when).length > 0 ? { when } : {};
  const { event, target } = options;
  return { name, sample, typed, route: { ...channel, ...taking, event, schema, target: target.written } };
}

/** The short form with the values of the sample, or what is wrong with it. */
function whenOf({ when = [], sample }: NewRouteOptions, envelope: Envelope): Schema | string {
  if (when.length === 0) return {};
  const problem = readSample(sample, envelope);
  if (typeof problem === 'string') return problem;
  const published: unknown = JSON.parse(sample);
  const values = when.map((field) => [field, valueAt(published, parseField(field).path)] as const);
  const wrong = values.find(([, value]) => !isWhenValue(value));
  if (wrong === undefined) return Object.fromEntries(values);
  const [field, value] = wrong;
  return value === undefined
    ? `has no ${field}, which --when names`
    : `has no text, number, true, false or null in ${field}, which --when names`;
}

/** Or what is wrong with it. */
function readSample(text: string, envelope: Envelope): Schema | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `is not JSON: ${error.message}`;
  }
  if (!isObject(value)) return 'is not a JSON object, and every message is one';
  const [inexact] = inexactNumbers(value, []);
  if (inexact)
    return `has, at /${inexact.path.join('/')}, a number beyond 2^53, which JSON readers round; write it as text`;
  return payloadIn(value, envelope);
}

function withFractions(text: string): Schema {
  const value: unknown = JSON.parse(text, (_, inner: unknown, { source = '' }: { readonly source?: string } = {}) =>
    typeof inner === 'number' && Number.isInteger(inner) && /[.eE]/.test(source) ? inner + 0.5 : inner,
  );
  return isObject(value) ? value : {};
}

/** A sample may be the payload alone, or a message as it is published. */
function payloadIn(value: Schema, envelope: Envelope): Schema {
  if (envelope.kind === 'cloudevents') return 'specversion' in value && isObject(value['data']) ? value['data'] : value;
  const taken: readonly string[] = [...envelopeFields(envelope), ...carriedIn(value, envelope.traceparent)];
  return Object.fromEntries(Object.entries(value).filter(([key]) => !taken.includes(key)));
}

function fieldProblem({ text, path, optional }: Field, sample: Schema, ids: UserIds): string | undefined {
  const value = valueAt(sample, path);
  if (value === undefined || value === null)
    return optional
      ? undefined
      : `the sample has no ${text}, the target; a field that may be absent is written ${text}?`;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const wrong = values.find((one) => ids.parse(one) === undefined && !(optional && ids.isNobody(one)));
  if (wrong === undefined) return undefined;
  const hint =
    ids.kind === 'uint64' && typeof wrong === 'string'
      ? '; for other ids write identity: { user_id: text } into the routes file'
      : '';
  return `${text} is ${JSON.stringify(wrong)} in the sample, which is no user id: that is ${ids.description}${hint}`;
}
