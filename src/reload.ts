import type { Finding } from './config/findings.ts';
import type { RoutesConfig, RoutesLoading } from './config/routes-file.ts';
import { compilePlan, type Plan } from './routes/plan.ts';

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
  replace(plan: Plan): void;
}

export function createLivePlan(first: Plan): LivePlan {
  let plan = first;
  return { current: () => plan, replace: (next) => void (plan = next) };
}

export interface ReloadOptions {
  readonly live: LivePlan;
  readonly load: () => RoutesLoading;
  /** Variables whose value in `.env` is no longer the one that the process runs with. */
  readonly changedVariables: () => readonly string[];
  /** Hears these channels and no others, once it resolves. */
  readonly follow: (channels: readonly string[]) => Promise<void>;
  readonly applied: (config: RoutesConfig, plan: Plan) => void;
  /** Redis did not let go of the channels that are no longer wanted. */
  readonly leftOver: (error: unknown) => void;
}

/** One reload after another, each from the files as they are then. */
export function createReload(options: ReloadOptions): () => Promise<ReloadOutcome> {
  let last: Promise<unknown> = Promise.resolve();
  const turn = (): Promise<ReloadOutcome> => reload(options);
  return () => {
    const mine = last.then(turn, turn);
    last = mine;
    return mine;
  };
}

async function reload(options: ReloadOptions): Promise<ReloadOutcome> {
  const { live, load, changedVariables, follow, applied, leftOver } = options;
  const variables = changedVariables();
  if (variables.length > 0) return { kind: 'needs-restart', variables };
  const { config, findings } = load();
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
  live.replace(plan);
  applied(config, plan);
  // What is left over is of no route: should Redis keep sending it, it is dropped and counted.
  await follow(plan.channels).catch(leftOver);
  return { kind: 'applied', plan, findings };
}
