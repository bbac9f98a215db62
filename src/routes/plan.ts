import { createHash } from 'node:crypto';
import type { Field } from '../config/field.ts';
import { sourcesOf, type CheckedRoute, type PayloadSchema, type RoutesConfig } from '../config/routes-file.ts';
import type { StreamConfig } from '../config/stream.ts';
import { valueAt } from '../schema/json.ts';
import type { Check } from '../schema/payload-schemas.ts';
import { compileEnvelope, type OpenEnvelope } from './envelope.ts';
import { compileShaping, type Shape } from './payload.ts';
import { compileTarget, type Target } from './target.ts';

/** A route with all its work prepared. */
export interface Route {
  readonly name: string;
  readonly event: string;
  readonly check: Check;
  /** Of a schema that is tried: asked, and never obeyed. */
  readonly checkNext?: Check;
  /** Evaluated and counted, not delivered. */
  readonly shadow: boolean;
  /** Of a message as published; longer ones are dropped. */
  readonly maxBytes: number;
  readonly target: Target;
  readonly shape: Shape;
  /** What tells messages apart for a slow client; no key where the field is absent. */
  readonly latestKey?: (message: unknown) => string | undefined;
  /** Of a durable route. */
  readonly stream?: RouteStream;
}

export interface RouteStream extends StreamConfig {
  readonly openEnvelope: OpenEnvelope;
  /** Equal for routes that make the same of every entry. */
  readonly fingerprint: string;
}

/** Everything compiled from one routes file; never changed, only replaced. */
export interface Plan {
  /** Counts the plans of this process from 1. */
  readonly number: number;
  readonly loadedAt: Date;
  /** Of the routes as configured: equal plans have equal hashes. */
  readonly hash: string;
  readonly openEnvelope: OpenEnvelope;
  readonly routes: readonly Route[];
  /** Of Redis Pub/Sub. */
  readonly channels: readonly string[];
  routesFor(channel: string): readonly Route[];
  /** Channels and streams, as people name them. */
  readonly sources: readonly string[];
  /** By channel or stream. */
  routesFrom(source: string): readonly Route[];
}

const NONE: readonly Route[] = Object.freeze([]);

export function compilePlan(config: RoutesConfig, number: number): Plan {
  const byChannel = new Map<string, Route[]>();
  const bySource = new Map<string, Route[]>();
  const routes = config.routes.map((configured) => {
    const route: Route = Object.freeze({
      name: configured.name,
      event: configured.event,
      check: configured.check,
      ...(configured.next && { checkNext: configured.next.check }),
      shadow: configured.shadow,
      maxBytes: configured.maxBytes ?? Infinity,
      target: compileTarget(configured.target, configured.audience),
      shape: compileShaping(configured.shape),
      ...(configured.latest && { latestKey: compileLatestKey(configured.name, configured.latest) }),
      ...(configured.stream && { stream: compileStream(configured, configured.stream, config) }),
    });
    for (const channel of configured.channels) addTo(byChannel, channel, route);
    for (const source of sourcesOf(configured)) addTo(bySource, source, route);
    return route;
  });
  return Object.freeze({
    number,
    loadedAt: new Date(),
    hash: hashOf(config),
    openEnvelope: compileEnvelope(config.envelope),
    routes,
    channels: [...byChannel.keys()],
    routesFor: (channel: string) => byChannel.get(channel) ?? NONE,
    sources: [...bySource.keys()],
    routesFrom: (source: string) => bySource.get(source) ?? NONE,
  });
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

function compileStream(route: CheckedRoute, stream: StreamConfig, { envelope }: RoutesConfig): RouteStream {
  return { ...stream, openEnvelope: compileEnvelope(envelope), fingerprint: hashOf({ envelope, routes: [route] }) };
}

/** Of what the files say, wherever they lie. */
function hashOf({ envelope, routes }: Pick<RoutesConfig, 'envelope' | 'routes'>): string {
  const said = routes.map((route) => ({
    ...route,
    payload: saidBy(route.payload),
    next: route.next && saidBy(route.next.payload),
  }));
  const text = JSON.stringify([envelope, said], (_, value: unknown) => (value instanceof Map ? [...value] : value));
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function saidBy({ files }: PayloadSchema): unknown[] {
  return Array.from(files.values(), ({ json }) => json);
}
