import { createHash } from 'node:crypto';
import type { Field } from '../config/field.ts';
import type { PayloadSchema, RoutesConfig } from '../config/routes-file.ts';
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
  readonly channels: readonly string[];
  routesFor(channel: string): readonly Route[];
}

const NONE: readonly Route[] = Object.freeze([]);

export function compilePlan(config: RoutesConfig, number: number): Plan {
  const byChannel = new Map<string, Route[]>();
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
    });
    for (const channel of configured.channels) byChannel.set(channel, [...(byChannel.get(channel) ?? []), route]);
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
  });
}

function compileLatestKey(route: string, { path }: Field): (message: unknown) => string | undefined {
  return (message) => {
    const value = valueAt(message, path);
    return value === undefined ? undefined : JSON.stringify([route, value]);
  };
}

/** Of what the files say, wherever they lie. */
function hashOf({ envelope, routes }: RoutesConfig): string {
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
