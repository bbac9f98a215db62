import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Check } from '../../schema/payload-schemas.ts';
import type { SchemaFiles } from '../../schema/references.ts';
import type { SchemaFile } from '../../schema/walk.ts';
import type { Envelope } from './envelope.ts';
import type { Field } from './field.ts';
import type { IdentityConfig } from './identity.ts';
import type { StreamConfig } from './stream.ts';
import type { WhenConfig } from './when.ts';

/** Users whose token has this value in this claim. */
export interface ClaimAudience {
  readonly claim: string;
  readonly has: string;
}

/** Who receives a broadcast. */
export type Audience = 'authenticated' | 'anyone' | ClaimAudience;

export interface UsersTarget {
  readonly kind: 'users';
  readonly fields: readonly Field[];
}

export type TargetConfig = { readonly kind: 'broadcast' } | UsersTarget;

/** How the payload of the event is built from the body of the message. */
export type ShapeConfig = {
  /** `payload`: the place in the body whose value is sent, and where `map` and `omit` look; absent: the whole body. */
  readonly from?: Field;
} & (
  | { readonly kind: 'as-published' }
  | { readonly kind: 'map'; readonly fields: ReadonlyMap<string, Field> }
  | { readonly kind: 'omit'; readonly fields: readonly Field[] }
);

/** Returns the path in the body of a field that `map` or `omit` names. */
export function pathInBody({ from }: ShapeConfig, { path }: Field): readonly string[] {
  return from === undefined ? path : [...from.path, ...path];
}

export type OnInvalid = 'drop' | 'quarantine';

export interface AnyRoute {
  readonly name: string;
  readonly description?: string;
  /** Redis Pub/Sub channels; empty for a durable route unless it has `also: pubsub`. */
  readonly channels: readonly string[];
  /** Which messages of its channels or stream the route takes; absent: every one. */
  readonly when?: WhenConfig;
  /** Its own, or that of the file. */
  readonly envelope: Envelope;
  /** Path as written in the routes file. */
  readonly schema: string;
  /** Path of a schema that messages are also validated against, without effect. */
  readonly schemaNext?: string;
  /** Evaluated and counted, not delivered. */
  readonly shadow: boolean;
  /** Longest message in bytes; absent: MAX_MESSAGE_BYTES applies. */
  readonly maxBytes?: number;
  /** Whether invalid messages are dropped or quarantined. */
  readonly onInvalid: OnInvalid;
  /** Fields of users who are no recipients; absent: none. */
  readonly except?: readonly Field[];
}

/** A route that sends messages to clients as an event. */
export interface EventRouteConfig extends AnyRoute {
  readonly kind: 'event';
  /** Present for a durable route. */
  readonly stream?: StreamConfig;
  readonly event: string;
  readonly target: TargetConfig;
  readonly audience: Audience;
  readonly shape: ShapeConfig;
  /** Fields whose equal values make a queued event of a slow client replaceable by a newer one. */
  readonly latest?: Field;
}

/** A route whose messages make the gateway act; it sends no event. */
export interface ControlRouteConfig extends AnyRoute {
  readonly kind: 'control';
  readonly action: 'disconnect';
  readonly target: UsersTarget;
  /** Redis Pub/Sub only. */
  readonly stream?: never;
}

export type RouteConfig = EventRouteConfig | ControlRouteConfig;

/** A schema with every file that it refers to. */
export interface PayloadSchema {
  readonly main: SchemaFile;
  readonly files: SchemaFiles;
}

export interface Checks {
  readonly check: Check;
  readonly payload: PayloadSchema;
  /** The schema of `schema_next`. */
  readonly next?: { readonly check: Check; readonly payload: PayloadSchema };
  /** Validates against the inline schema of `when`. */
  readonly matches?: Check;
}

export type CheckedEventRoute = EventRouteConfig & Checks;
export type CheckedControlRoute = ControlRouteConfig & Checks;
export type CheckedRoute = CheckedEventRoute | CheckedControlRoute;

/** A routes file that may start a gateway. */
export interface RoutesConfig<Route extends CheckedRoute = CheckedRoute> {
  readonly file: string;
  /** For routes without their own, and messages without routes. */
  readonly envelope: Envelope;
  readonly identity: IdentityConfig;
  readonly routes: readonly Route[];
}

/** Returns the stream and the channels that a route reads. */
export function sourcesOf({ channels, stream }: Pick<RouteConfig, 'channels' | 'stream'>): readonly string[] {
  return stream === undefined ? channels : [...new Set([stream.key, ...channels])];
}

/** Returns the routes that send events: neither shadow routes nor routes with `action`. */
export function clientRoutes(config: RoutesConfig): RoutesConfig<CheckedEventRoute> {
  const isReceived = (route: CheckedRoute): route is CheckedEventRoute => route.kind === 'event' && !route.shadow;
  return { ...config, routes: config.routes.filter(isReceived) };
}

/** Returns the files of this configuration. */
export function filesOf({ file, routes }: RoutesConfig): string[] {
  const uris = routes.flatMap(({ payload, next }) => [...payload.files.keys(), ...(next?.payload.files.keys() ?? [])]);
  return [...new Set([resolve(file), ...[...new Set(uris)].map((uri) => fileURLToPath(uri))])];
}
