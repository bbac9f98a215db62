import { valueAt } from '../schema/json.ts';
import { allHold, type Condition, type When } from './when.ts';

/** What is known of a route when its messages are chosen. */
interface Choosing {
  readonly when?: When;
}

/** The routes of one channel, in the order in which they are served. */
export interface ChannelRoutes<Route extends Choosing> {
  readonly routes: readonly Route[];
  /** Those with `when`: a message passes over each of them that `select` leaves out. */
  readonly filtered: readonly Route[];
  /** Returns the routes that take a message; absent where all routes take each message. */
  readonly select?: (message: unknown) => readonly Route[];
}

/** Compiles one look-up for all routes of a channel. */
export function compileChannel<Route extends Choosing>(routes: readonly Route[]): ChannelRoutes<Route> {
  const filtered = routes.filter(({ when }) => when !== undefined);
  if (filtered.length === 0) return { routes, filtered };
  const pivot = commonest(filtered);
  const entries = routes.map((route) => entryOf(route, pivot));
  return {
    routes,
    filtered,
    select: pivot === undefined ? (message) => taking(entries, message) : byValue(entries, pivot),
  };
}

/** A route with what is left to check once the pivot is looked up. */
interface Entry<Route> {
  readonly route: Route;
  /** Undefined for a route that does not name the pivot. */
  readonly values: ReadonlySet<unknown> | undefined;
  /** Undefined where nothing is left to check. */
  readonly rest: ((message: unknown) => boolean) | undefined;
}

function entryOf<Route extends Choosing>(route: Route, pivot: Condition | undefined): Entry<Route> {
  const { when } = route;
  if (when === undefined) return { route, values: undefined, rest: undefined };
  const mine = when.conditions.find(({ key }) => key === pivot?.key);
  if (mine === undefined) return { route, values: undefined, rest: when.holds };
  const others = when.conditions.filter((condition) => condition !== mine);
  const rest = others.length === 0 ? undefined : (message: unknown) => allHold(others, message);
  return { route, values: mine.values, rest };
}

/** The field that most short forms name: its value chooses among the routes. */
function commonest(routes: readonly Choosing[]): Condition | undefined {
  const counts = new Map<string, { condition: Condition; count: number }>();
  for (const condition of routes.flatMap(({ when }) => when?.conditions ?? [])) {
    const known = counts.get(condition.key) ?? { condition, count: 0 };
    known.count += 1;
    counts.set(condition.key, known);
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count)[0]?.condition;
}

/** Entries that one value of the pivot leaves. */
interface Bucket<Route> {
  readonly entries: readonly Entry<Route>[];
  /** Their routes, where nothing is left to check. */
  readonly routes: readonly Route[] | undefined;
}

/** One hash look-up by the value of the pivot: 40 routes cost what one costs. */
function byValue<Route>(entries: readonly Entry<Route>[], { path }: Condition): (message: unknown) => readonly Route[] {
  const buckets = new Map<unknown, Bucket<Route>>();
  const others = bucketOf(entries.filter(({ values }) => values === undefined));
  for (const value of new Set(entries.flatMap(({ values }) => (values ? [...values] : []))))
    buckets.set(value, bucketOf(entries.filter(({ values }) => values === undefined || values.has(value))));
  return (message) => {
    const bucket = buckets.get(valueAt(message, path)) ?? others;
    return bucket.routes ?? taking(bucket.entries, message);
  };
}

function bucketOf<Route>(entries: readonly Entry<Route>[]): Bucket<Route> {
  const isPlain = entries.every(({ rest }) => rest === undefined);
  return { entries, routes: isPlain ? Object.freeze(entries.map(({ route }) => route)) : undefined };
}

function taking<Route>(entries: readonly Entry<Route>[], message: unknown): Route[] {
  const taken: Route[] = [];
  for (const { route, rest } of entries) if (rest === undefined || rest(message)) taken.push(route);
  return taken;
}
