import { isObject } from '../../schema/json.ts';
import { exactChannel } from './channel.ts';
import { envelopeFrom, type Envelope } from './envelope.ts';
import { parseField, parseTargetField } from './field.ts';
import type { AnyRoute, Audience, EventRouteConfig, RouteConfig, ShapeConfig, UsersTarget } from './route-config.ts';
import { readStream } from './stream.ts';
import { readWhen } from './when.ts';

type Written = Readonly<Record<string, unknown>>;

/**
 * Reads a route and fills in defaults. Event and schema are empty where their shape is wrong.
 *
 * @param envelope of the file.
 */
export function readRoute(name: string, value: Written, envelope: Envelope): RouteConfig {
  const { description, channel, schema, schema_next: schemaNext, max_bytes: maxBytes, on_invalid: onInvalid } = value;
  const when = readWhen(value['when']);
  const route: Omit<AnyRoute, 'shadow'> = {
    name,
    ...(typeof description === 'string' && { description }),
    channels: texts(channel ?? name).map(exactChannel),
    ...(when && { when }),
    envelope: envelopeFrom(value['envelope'], envelope),
    schema: typeof schema === 'string' ? schema : '',
    ...(typeof schemaNext === 'string' && { schemaNext }),
    ...(typeof maxBytes === 'number' && { maxBytes }),
    onInvalid: onInvalid === 'quarantine' ? onInvalid : 'drop',
    ...readExcept(value['except']),
  };
  return value['action'] === 'disconnect'
    ? { kind: 'control', ...route, shadow: false, action: 'disconnect', target: readUsers(value['target']) }
    : { kind: 'event', ...route, ...readSource(value, route.channels, name), ...readEvent(value) };
}

function readSource(
  value: Written,
  names: readonly string[],
  name: string,
): Pick<EventRouteConfig, 'channels' | 'stream'> {
  const stream = readStream(value, names[0] ?? name);
  return { channels: stream && !stream.alsoPubsub ? [] : names, ...(stream && { stream }) };
}

type EventKeys = 'event' | 'shadow' | 'target' | 'audience' | 'shape' | 'latest';

function readEvent(value: Written): Pick<EventRouteConfig, EventKeys> {
  const { event, audience, latest, shadow, target } = value;
  return {
    event: typeof event === 'string' ? event : '',
    shadow: shadow === true,
    target: isObject(target) ? readUsers(target) : { kind: 'broadcast' },
    audience: readAudience(audience),
    shape: readShape(value),
    ...(typeof latest === 'string' && { latest: parseField(latest) }),
  };
}

function readExcept(except: unknown): Pick<AnyRoute, 'except'> {
  if (!isObject(except) || !Array.isArray(except['users'])) return {};
  return { except: texts(except['users']).map(parseTargetField) };
}

function readAudience(audience: unknown): Audience {
  if (isObject(audience)) return { claim: String(audience['claim']), has: String(audience['has']) };
  return audience === 'anyone' ? 'anyone' : 'authenticated';
}

/** An empty list where the target is not users. */
function readUsers(target: unknown): UsersTarget {
  const fields = isObject(target) ? texts(target['user'] ?? target['users']) : [];
  return { kind: 'users', fields: fields.map(parseTargetField) };
}

function readShape({ payload, map, omit }: Written): ShapeConfig {
  const from = typeof payload === 'string' && { from: parseField(payload) };
  if (isObject(map)) {
    return {
      ...from,
      kind: 'map',
      fields: new Map(Object.entries(map).map(([name, field]) => [name, parseField(String(field))])),
    };
  }
  if (omit !== undefined) return { ...from, kind: 'omit', fields: texts(omit).map(parseField) };
  return { ...from, kind: 'as-published' };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)];
}
