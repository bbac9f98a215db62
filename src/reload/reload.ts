import type { Finding } from '../config/text/findings.ts';
import { filesOf, type RoutesConfig, type RoutesLoading } from '../config/routes/load-routes.ts';
import { createFileWatch, type WatchListener } from '../config/watch.ts';
import { compilePlan, type Plan } from '../routes/plan.ts';

/** How a reload ended. Whatever it was, the plan in force is whole: the new one, or the old one untouched. */
export type ReloadOutcome =
  | { readonly kind: 'applied'; readonly plan: Plan; readonly findings: readonly Finding[] }
  | { readonly kind: 'unchanged' }
  /** The files have errors, or Redis refuses the new channels. */
  | { readonly kind: 'refused'; readonly findings: readonly Finding[]; readonly reason?: string }
  /** Something was changed that only a start reads; nothing was applied. */
  | { readonly kind: 'needs-restart'; readonly variables: readonly string[] };

/** The one place where the live plan is kept. */
export interface LivePlan {
  current(): Plan;
  /** The routes that it was compiled from. */
  routes(): RoutesConfig;
  replace(plan: Plan, routes: RoutesConfig): void;
}

export function createLivePlan(routes: RoutesConfig): LivePlan {
  let live = { plan: compilePlan(routes, 1), routes };
  return {
    current: () => live.plan,
    routes: () => live.routes,
    replace: (plan, routes) => void (live = { plan, routes }),
  };
}

/** How the last reload ended, and when. */
export interface LastReload {
  reloaded(outcome: ReloadOutcome): void;
  /** Nothing until there was one. */
  last(): { readonly outcome: ReloadOutcome['kind']; readonly at: Date } | undefined;
}

export function createLastReload(): LastReload {
  let ended: ReturnType<LastReload['last']>;
  return {
    last: () => ended,
    reloaded: ({ kind }) => void (ended = { outcome: kind, at: new Date() }),
  };
}

export interface ReloadEvents {
  reloaded(outcome: ReloadOutcome): void;
  planLoaded(routes: Plan['routes']): void;
  /** Redis did not let go of channels that are no longer wanted. */
  leftOver(error: unknown): void;
  watchFailed: WatchListener['failed'];
  watchLost: WatchListener['lost'];
  watchFound: WatchListener['found'];
}

export interface ReloadOptions {
  readonly live: LivePlan;
  readonly load: () => Promise<RoutesLoading>;
  /** Variables whose value in `.env` is no longer the one that the process runs with. */
  readonly changedVariables: () => readonly string[];
  /** Hears these channels and no others, once it resolves. */
  readonly follow: (channels: readonly string[]) => Promise<void>;
  /** Told in the same step in which a plan comes into force. */
  readonly swapped: (plan: Plan) => void;
  readonly events: ReloadEvents;
}

export interface Reloading {
  reload(): Promise<ReloadOutcome>;
  /** From here on changed files reload by themselves. */
  watch(): void;
  stop(): void;
}

/** One reload after another, each from the files as they are then. */
export function createReloading(options: ReloadOptions): Reloading {
  const { events } = options;
  let last: Promise<unknown> = Promise.resolve();
  const turn = async (): Promise<ReloadOutcome> => {
    const outcome = await reloadNow(options, (config) => watch.watchFolders(filesOf(config)));
    watch.renew();
    events.reloaded(outcome);
    return outcome;
  };
  const reload = (): Promise<ReloadOutcome> => {
    const mine = last.then(turn, turn);
    last = mine;
    return mine;
  };
  const watch = createFileWatch({
    changed: () => void reload(),
    failed: events.watchFailed,
    lost: events.watchLost,
    found: events.watchFound,
  });
  return { reload, watch: () => watch.watchFolders(filesOf(options.live.routes())), stop: watch.stop };
}

async function reloadNow(options: ReloadOptions, applied: (config: RoutesConfig) => void): Promise<ReloadOutcome> {
  const { live, load, changedVariables, follow, events } = options;
  const variables = changedVariables();
  if (variables.length > 0) return { kind: 'needs-restart', variables };
  const { config, findings } = await load();
  if (!config) return { kind: 'refused', findings };
  const old = live.current();
  const plan = compilePlan(config, old.number + 1);
  if (plan.hash === old.hash) return { kind: 'unchanged' };
  try {
    await follow([...new Set([...old.channels, ...plan.channels])]);
  } catch (error) {
    return { kind: 'refused', findings, reason: error instanceof Error ? error.message : String(error) };
  }
  // A message sees one plan: this is one assignment, between two messages.
  live.replace(plan, config);
  options.swapped(plan);
  events.planLoaded(plan.routes);
  applied(config);
  // What is left over is of no route: should Redis keep sending it, it is dropped and counted.
  await follow(plan.channels).catch(events.leftOver);
  return { kind: 'applied', plan, findings };
}
