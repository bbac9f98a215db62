import { dirname, join } from 'node:path/posix';
import { writtenChannel } from '../../config/routes/channel.ts';
import { isSameEnvelope, type Envelope } from '../../config/routes/envelope.ts';
import { parseField, parseTargetField, type Field } from '../../config/routes/field.ts';
import type { RoutesConfig } from '../../config/routes/route-config.ts';
import { isWhenValue } from '../../config/routes/when.ts';
import { valueAt } from '../../schema/json.ts';
import { USER_IDS, type UserIds } from '../../routes/user-id.ts';
import { enveloped } from '../publish/enveloped.ts';
import { withValue } from '../publish/published-examples.ts';
import type { Schema } from '../schemas/schema-bundle.ts';
import { envelopeOf, payloadIn, readSample, withFractions } from './sample.ts';

/** What its author says of a new route. */
export interface NewRouteOptions {
  readonly channel: string;
  readonly event: string;
  readonly target: TargetOption;
  /** Fields of the message as published: the route takes messages with the values of the sample. */
  readonly when?: readonly string[];
  /** Field of the body whose value is sent, in place of the whole body. */
  readonly payload?: string;
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
  /** The body; the envelope is no matter of the schema. */
  readonly sample: Schema;
  /** The sample as it is published, without a trace context. */
  readonly message: unknown;
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
  const envelope = envelopeOf(options.sample, config.envelope);
  const when = whenOf(options, envelope);
  if (typeof when === 'string') return { problem: `the sample ${when}` };
  const name = [options.channel, ...Object.values(when).map(String)]
    .join('-')
    .replaceAll(/[^A-Za-z0-9._:-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  if (name === '') return { problem: `channel "${options.channel}" gives no name for a route` };
  if (config.routes.some((route) => route.name === name))
    return { problem: `${config.file} has a route "${name}" already` };
  const sample = readSample(options.sample, envelope);
  if (typeof sample === 'string') return { problem: `the sample ${sample}` };
  const ids = USER_IDS[config.identity.userId];
  const problem =
    payloadProblem(options, sample) ??
    options.target.fields.map((field) => fieldProblem(field, sample, ids)).find((one) => one !== undefined);
  if (problem !== undefined) return { problem };
  const folder = dirname(config.routes[0]?.schema ?? '../schemas/-');
  const schema = join(folder, `${options.schemaName ?? name.replaceAll(':', '-')}.schema.json`);
  const channel = name === options.channel ? {} : { channel: writtenChannel(options.channel) };
  const typed = payloadIn(withFractions(options.sample), envelope);
  const taking = {
    ...(!isSameEnvelope(envelope, config.envelope) && { envelope: envelope.kind }),
    ...(Object.keys(when).length > 0 && { when }),
  };
  const { event, target, payload } = options;
  const sent = payload === undefined ? {} : { payload };
  const message = Object.entries(when).reduce<unknown>(
    (published, [field, value]) => withValue(published, parseField(field).path, value),
    enveloped(sample, envelope, options.channel),
  );
  return {
    name,
    sample,
    message,
    typed,
    route: { ...channel, ...taking, event, schema, target: target.written, ...sent },
  };
}

function payloadProblem({ payload }: NewRouteOptions, sample: Schema): string | undefined {
  if (payload === undefined || valueAt(sample, parseField(payload).path) !== undefined) return undefined;
  return `the sample has no ${payload}, which --payload names`;
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
