import { createHash } from 'node:crypto';
import type { Field } from '../config/routes/field.ts';
import {
  sourcesOf,
  type CheckedControlRoute,
  type CheckedRoute,
  type ClaimAudience,
  type OnInvalid,
  type PayloadSchema,
  type RoutesConfig,
} from '../config/routes/route-config.ts';
import type { StreamConfig } from '../config/routes/stream.ts';
import { valueAt } from '../schema/json.ts';
import { declares } from '../schema/declared.ts';
import type { Check } from '../schema/payload-schemas.ts';
import { compileChannel, type ChannelRoutes } from './channel-routes.ts';
import { CARRIED_FIELDS, type CarriedField, type OpenEnvelope } from './envelope.ts';
import { compileShaping, type Shape } from './payload.ts';
import { audienceRoom } from './rooms.ts';
import { createParts, type RouteParts } from './route-parts.ts';
import { namedWithout, usersIn, type NamedUsers, type Target } from './target.ts';
import { USER_IDS, type UserIds } from './user-id.ts';
import { compileWhen, type When } from './when.ts';

interface AnyRoute {
  readonly name: string;
  /** Which messages the route takes, decided before all else; absent: every one. */
  readonly when?: When;
  readonly check: Check;
  /** Check of `schema_next`: its result is reported and has no effect. */
  readonly checkNext?: Check;
  /** Evaluated and counted, not delivered. */
  readonly shadow: boolean;
  /** Greatest size of a message as published; longer ones are dropped. */
  readonly maxBytes: number;
  readonly onInvalid: OnInvalid;
  /** Routes with equal envelopes share it. */
  readonly openEnvelope: OpenEnvelope;
  /** Propagator fields that the schema declares: they belong to the payload. */
  readonly declares: readonly CarriedField[];
}

/** Messages become an event for clients. */
export interface EventRoute extends AnyRoute {
  readonly kind: 'event';
  readonly event: string;
  readonly target: Target;
  readonly shape: Shape;
  /** Where the value stands that is sent; a message without it is dropped. Absent: the whole body is sent. */
  readonly payloadAt?: readonly string[];
  /** A slow client receives only the newest message per key; no key if the field is absent. */
  readonly latestKey?: (message: unknown) => string | undefined;
  /** Present for a durable route. */
  readonly stream?: RouteStream;
}

/** Messages name users to disconnect. */
export interface ControlRoute extends AnyRoute {
  readonly kind: 'control';
  readonly action: 'disconnect';
  readonly users: (message: unknown, maxIds: number, oddText?: string) => NamedUsers;
  /** Whether tokens of the users that were issued before are refused; not where some users are excepted: they may share them. */
  readonly refusesTokens: boolean;
  /** Control routes read Redis Pub/Sub only. */
  readonly stream?: never;
}

/** A compiled route. */
export type Route = EventRoute | ControlRoute;

export interface RouteStream extends StreamConfig {
  /** Equal for routes that evaluate every entry in the same way. */
  readonly fingerprint: string;
}

/** Everything compiled from one routes file. Immutable; a reload replaces it. */
export interface Plan {
  /** Counts the plans of this process from 1. */
  readonly number: number;
  readonly loadedAt: Date;
  /** Hash of the configured routes: equal plans have equal hashes. */
  readonly hash: string;
  /** The envelope of the file, for messages of channels without a route. */
  readonly openEnvelope: OpenEnvelope;
  readonly userIds: UserIds;
  /** Claims of tokens that the gateway keeps. */
  readonly claims: readonly string[];
  /** Whether a route refuses tokens of the users that it disconnects. */
  readonly refusesTokens: boolean;
  /** Audiences that name a claim, each once. */
  readonly audiences: readonly ClaimAudience[];
  readonly routes: readonly Route[];
  /** Channels of Redis Pub/Sub. */
  readonly channels: readonly string[];
  routesFor(channel: string): ChannelRoutes<Route>;
  /** Names of channels and streams, as in the routes file. */
  readonly sources: readonly string[];
  /** The routes of a channel or a stream. */
  routesFrom(source: string): readonly Route[];
}

const NONE: readonly Route[] = Object.freeze([]);
const NO_ROUTES: ChannelRoutes<Route> = Object.freeze({ routes: NONE, filtered: NONE });

/**
 * Compiles a checked configuration. Never throws: every error is a finding of the loader.
 *
 * @param number of the plan in this process.
 */
export function compilePlan(config: RoutesConfig, number: number): Plan {
  const byChannel = new Map<string, Route[]>();
  const bySource = new Map<string, Route[]>();
  const userIds = USER_IDS[config.identity.userId];
  const parts = createParts(userIds);
  const routes = config.routes.map(
    (configured) => [Object.freeze(compileRoute(configured, config, parts)), configured] as const,
  );
  for (const [route, configured] of routes.toSorted(controlLast)) {
    for (const channel of configured.channels) addTo(byChannel, channel, route);
    for (const source of sourcesOf(configured)) addTo(bySource, source, route);
  }
  const channels = new Map(Array.from(byChannel, ([channel, served]) => [channel, compileChannel(served)]));
  return Object.freeze({
    number,
    loadedAt: new Date(),
    hash: hashOf(config),
    openEnvelope: parts.envelope(config.envelope),
    userIds,
    claims: config.identity.claims,
    refusesTokens: routes.some(([route]) => route.kind === 'control' && route.refusesTokens),
    audiences: claimAudiences(config),
    routes: routes.map(([route]) => route),
    channels: [...channels.keys()],
    routesFor: (channel: string) => channels.get(channel) ?? NO_ROUTES,
    sources: [...bySource.keys()],
    routesFrom: (source: string) => bySource.get(source) ?? NONE,
  });
}

function claimAudiences({ routes }: RoutesConfig): ClaimAudience[] {
  const audiences = routes.flatMap((route) =>
    route.kind === 'event' && route.target.kind === 'broadcast' && typeof route.audience !== 'string'
      ? [route.audience]
      : [],
  );
  return [...new Map(audiences.map((audience) => [audienceRoom(audience), audience])).values()];
}

/** Control routes run last, so users receive the events before they are disconnected. */
function controlLast([{ kind: a }]: readonly [Route, unknown], [{ kind: b }]: readonly [Route, unknown]): number {
  return Number(a === 'control') - Number(b === 'control');
}

function compileRoute(configured: CheckedRoute, config: RoutesConfig, parts: RouteParts): Route {
  const { name, when, matches, check, next, shadow, onInvalid, maxBytes = Infinity } = configured;
  const route = {
    name,
    ...(when && { when: compileWhen(when, matches) }),
    check,
    ...(next && { checkNext: next.check }),
    shadow,
    maxBytes,
    onInvalid,
    openEnvelope: parts.envelope(configured.envelope),
    declares: declaredBy(configured),
  };
  if (configured.kind === 'control') {
    const { kind, action } = configured;
    const users = compileUsers(configured, USER_IDS[config.identity.userId]);
    return { kind, ...route, action, users, refusesTokens: configured.except === undefined };
  }
  const { kind, event, target, audience, except, shape, latest, stream } = configured;
  return {
    kind,
    ...route,
    event: parts.event(event),
    target: parts.target({ target, audience, ...(except && { except }) }),
    shape: compileShaping(shape),
    ...(shape.from && { payloadAt: shape.from.path }),
    ...(latest && { latestKey: compileLatestKey(name, latest) }),
    ...(stream && { stream: compileStream(configured, stream, config) }),
  };
}

function compileUsers({ target, except }: CheckedControlRoute, ids: UserIds): ControlRoute['users'] {
  const users: ControlRoute['users'] = (message, maxIds, oddText) =>
    usersIn(message, target.fields, ids, maxIds, oddText);
  if (except === undefined) return users;
  return (message, maxIds, oddText) =>
    namedWithout(users(message, maxIds, oddText), usersIn(message, except, ids, maxIds, oddText));
}

function declaredBy({ payload: { main, files } }: CheckedRoute): CarriedField[] {
  return CARRIED_FIELDS.filter((name) => declares({ file: main, files, schema: main.json }, name));
}

function addTo(routes: Map<string, Route[]>, name: string, route: Route): void {
  const known = routes.get(name);
  if (known) known.push(route);
  else routes.set(name, [route]);
}

function compileLatestKey(route: string, { path }: Field): (message: unknown) => string | undefined {
  return (message) => {
    const value = valueAt(message, path);
    return value === undefined ? undefined : JSON.stringify([route, value]);
  };
}

function compileStream(route: CheckedRoute, stream: StreamConfig, config: RoutesConfig): RouteStream {
  const { identity } = config;
  const { envelope } = route;
  // A changed description does not change how entries are evaluated: the stream is read on.
  const { description: _, ...compared } = route;
  return { ...stream, fingerprint: hashOf({ envelope, identity, routes: [compared] }) };
}

/** Hashes the content of the files, independent of their location. */
function hashOf({ envelope, identity, routes }: Pick<RoutesConfig, 'envelope' | 'identity' | 'routes'>): string {
  const contents = routes.map((route) => ({
    ...route,
    payload: contentOf(route.payload),
    next: route.next && contentOf(route.next.payload),
  }));
  const text = JSON.stringify([envelope, identity, contents], (_, value: unknown) =>
    value instanceof Map ? [...value] : value,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function contentOf({ files }: PayloadSchema): unknown[] {
  return Array.from(files.values(), ({ json }) => json);
}
