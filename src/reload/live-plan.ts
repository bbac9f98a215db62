import type { RoutesConfig } from '../config/routes/route-config.ts';
import { compilePlan, type Plan } from '../routes/plan.ts';

/** The plan in force, in one place: all parts of the gateway read it here. */
export interface LivePlan {
  current(): Plan;
  /** The routes that the plan was compiled from. */
  routes(): RoutesConfig;
  replace(plan: Plan, routes: RoutesConfig): void;
}

/** Compiles the first plan, number 1. */
export function createLivePlan(routes: RoutesConfig): LivePlan {
  let live = { plan: compilePlan(routes, 1), routes };
  return {
    current: () => live.plan,
    routes: () => live.routes,
    replace: (plan, routes) => void (live = { plan, routes }),
  };
}
