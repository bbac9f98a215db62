import { clientRoutes, type CheckedEventRoute, type RoutesConfig } from '../../config/routes/route-config.ts';
import { isObject } from '../../schema/json.ts';
import { alternatives } from '../../schema/alternatives.ts';
import { flattenAllOf, type SchemaPlace } from '../../schema/all-of.ts';
import { typesOf } from '../../schema/target-field.ts';
import { audienceWords } from '../explain/recipients.ts';
import { clientSchema } from '../schemas/whole-schema.ts';

/** Who receives a field of an event, in two versions of the routes. */
export interface FieldReceivers {
  readonly event: string;
  /** Path of the field in the payload: `place/street`; `*` for fields that the schema does not declare; empty for a payload that is no object. */
  readonly field: string;
  /** Empty where no client received it. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Fields below that many levels are not listed one by one. */
const DEEPEST = 5;

/** The fields whose receivers differ, in the order of events and fields. */
export function receiverChanges(before: RoutesConfig, after: RoutesConfig): FieldReceivers[] {
  const [old, now] = [receiversIn(before), receiversIn(after)];
  const keys = [...new Set([...old.keys(), ...now.keys()])];
  return keys.flatMap((key) => {
    const [one, other] = [old.get(key), now.get(key)];
    const [was, is] = [labels(one), labels(other)];
    const { event = '', field = '' } = one ?? other ?? {};
    return was.join('\n') === is.join('\n') ? [] : [{ event, field, before: was, after: is }];
  });
}

interface Received {
  readonly event: string;
  readonly field: string;
  readonly by: Set<string>;
}

function labels(received: Received | undefined): string[] {
  return [...(received?.by ?? [])].toSorted();
}

function receiversIn(config: RoutesConfig): Map<string, Received> {
  const found = new Map<string, Received>();
  for (const route of clientRoutes(config).routes) {
    const who = receiversOf(route);
    for (const field of fieldsOf(route)) {
      const key = JSON.stringify([route.event, field]);
      const known = found.get(key) ?? { event: route.event, field, by: new Set<string>() };
      known.by.add(who);
      found.set(key, known);
    }
  }
  return found;
}

function receiversOf({ target, audience, except = [] }: CheckedEventRoute): string {
  const excepted = except.length === 0 ? '' : ` except the users in ${except.map(({ text }) => text).join(', ')}`;
  if (target.kind === 'broadcast') return audienceWords(audience) + excepted;
  const fields = target.fields.map(({ text }) => text.replace(/\?$/, '')).toSorted();
  return `the users in ${fields.join(', ')}${excepted}`;
}

function fieldsOf(route: CheckedEventRoute): string[] {
  const schema = clientSchema(route);
  const file = { uri: 'file:///schema', json: schema };
  return [...new Set(fieldsAt({ file, files: new Map([[file.uri, file]]), schema }, []))];
}

/** Fields of an object in each way in which it can be valid; of a list, those of its items. */
function fieldsAt(place: SchemaPlace, path: readonly string[]): string[] {
  const nodes = alternatives(flattenAllOf(place)).flat();
  const isObjectOnly = typesOf(nodes)?.every((type) => type === 'object') ?? true;
  const own = path.length === 0 && isObjectOnly ? [] : [path.join('/')];
  if (path.length >= DEEPEST) return own;
  const members = nodes.flatMap((node) => {
    const { properties, items, additionalProperties } = node.schema;
    const named = isObject(properties) ? Object.entries(properties) : [];
    return [
      ...named.flatMap(([name, schema]) => fieldsAt({ ...node, schema }, [...path, name])),
      ...(isObject(items) ? fieldsAt({ ...node, schema: items }, path) : []),
      ...(isObject(additionalProperties) ? [[...path, '*'].join('/')] : []),
    ];
  });
  const isOpen =
    path.length === 0 && (typesOf(nodes)?.includes('object') ?? true) && !nodes.some(({ schema }) => isClosed(schema));
  return [...own, ...members, ...(isOpen ? ['*'] : [])];
}

function isClosed({ additionalProperties, unevaluatedProperties }: Readonly<Record<string, unknown>>): boolean {
  return additionalProperties === false || unevaluatedProperties === false;
}

/** Such as `max_price of event bid-placed: received by anyone, and was by the users in owner_id`. */
export function receiverText({ event, field, before, after }: FieldReceivers): string {
  const name = field === '*' ? 'undeclared fields' : field === '' ? 'the payload' : field;
  if (before.length === 0)
    return `${name} of event ${event}: received by ${after.join(' and ')}, and by no client before`;
  if (after.length === 0) return `${name} of event ${event}: received by no client, and was by ${before.join(' and ')}`;
  return `${name} of event ${event}: received by ${after.join(' and ')}, and was by ${before.join(' and ')}`;
}
