import type { Finding } from '../config/text/findings.ts';
import type { RoutesLoading } from '../config/routes/load-routes.ts';
import { filesOf, type RoutesConfig } from '../config/routes/route-config.ts';
import { createFileWatch, type WatchListener } from '../config/watch.ts';
import { createSerial } from '../flow/serial.ts';
import { compilePlan, type Plan } from '../routes/plan.ts';
import type { LivePlan } from './live-plan.ts';

/** The outcome of a reload. The plan in force is always complete: the new one, or the old one unchanged. */
export type ReloadOutcome =
  | { readonly kind: 'applied'; readonly plan: Plan; readonly findings: readonly Finding[] }
  | { readonly kind: 'unchanged' }
  /** The files have errors, or Redis refuses the new channels. */
  | { readonly kind: 'refused'; readonly findings: readonly Finding[]; readonly reason?: string }
  /** Variables or keys were changed that are read only at the start; nothing was applied. */
  | { readonly kind: 'needs-restart'; readonly changed: readonly string[] };

export interface ReloadEvents {
  reloaded(outcome: ReloadOutcome): void;
  planLoaded(routes: Plan['routes']): void;
  /** Redis did not unsubscribe channels that the new plan does not need. */
  unsubscribeFailed(error: unknown): void;
  watchFailed: WatchListener['failed'];
  watchLost: WatchListener['lost'];
  watchFound: WatchListener['found'];
}

export interface ReloadOptions {
  readonly live: LivePlan;
  readonly load: () => Promise<RoutesLoading>;
  /** Variables whose value in `.env` has changed since the start. */
  readonly changedVariables: () => readonly string[];
  /** Subscribes to exactly these channels; resolves once Redis has confirmed. */
  readonly subscribeTo: (channels: readonly string[]) => Promise<void>;
  /** Called in the same step in which a plan comes into force. */
  readonly swapped: (plan: Plan) => void;
  readonly events: ReloadEvents;
}

export interface Reloading {
  reload(): Promise<ReloadOutcome>;
  /** Starts to watch the files: changes reload them. */
  watch(): void;
  stop(): void;
}

/** Runs reloads one after the other; each reads the files when its turn begins. */
export function createReloading(options: ReloadOptions): Reloading {
  const { events } = options;
  const serial = createSerial();
  const turn = async (): Promise<ReloadOutcome> => {
    const outcome = await reloadNow(options, (config) => watch.watchFolders(filesOf(config)));
    watch.renew();
    events.reloaded(outcome);
    return outcome;
  };
  const reload = (): Promise<ReloadOutcome> => serial(turn);
  const watch = createFileWatch({
    changed: () => void reload(),
    failed: events.watchFailed,
    lost: events.watchLost,
    found: events.watchFound,
  });
  return { reload, watch: () => watch.watchFolders(filesOf(options.live.routes())), stop: watch.stop };
}

async function reloadNow(options: ReloadOptions, applied: (config: RoutesConfig) => void): Promise<ReloadOutcome> {
  const { live, load, changedVariables, subscribeTo, events } = options;
  const variables = changedVariables();
  if (variables.length > 0) return { kind: 'needs-restart', changed: variables };
  const { config, findings } = await load();
  if (!config) return { kind: 'refused', findings };
  const old = live.current();
  const plan = compilePlan(config, old.number + 1);
  if (plan.hash === old.hash) return { kind: 'unchanged' };
  // Rooms and cached answers name users by their ids: another kind would be other users.
  if (plan.userIds !== old.userIds) return { kind: 'needs-restart', changed: ['identity.user_id'] };
  try {
    await subscribeTo([...new Set([...old.channels, ...plan.channels])]);
  } catch (error) {
    return { kind: 'refused', findings, reason: error instanceof Error ? error.message : String(error) };
  }
  // Each message is handled by one plan: this is one assignment, between two messages.
  live.replace(plan, config);
  options.swapped(plan);
  events.planLoaded(plan.routes);
  applied(config);
  // Leftover channels belong to no route; their messages are dropped and counted.
  await subscribeTo(plan.channels).catch(events.unsubscribeFailed);
  return { kind: 'applied', plan, findings };
}
