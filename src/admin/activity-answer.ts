import { whyDropped } from '../contract/explain/receives.ts';
import type { DropReason } from '../dispatch/drop-reasons.ts';
import type { ActivityAnswer, RouteActivity } from './api.ts';

/** Counts of a route; of a shadow route, the counts that it would have. */
export interface RouteCounts {
  readonly received: number;
  readonly delivered: number;
  readonly notHere: number;
  /** `when` of the route does not hold. */
  readonly passedOver: number;
  readonly recipients: number;
  readonly lastMessageAt?: Date;
  /** Reasons with at least one drop. */
  readonly drops: readonly DropCount[];
}

export interface DropCount {
  readonly reason: DropReason;
  readonly count: number;
  readonly lastAt: Date;
  /** The violated rule, as in the log, without values of the message. */
  readonly detail?: string;
}

/** Reads the counters of these routes. */
export type ReadCounts = (
  routes: readonly { readonly name: string; readonly shadow: boolean }[],
) => Promise<ReadonlyMap<string, RouteCounts>>;

export interface InstanceHealth {
  readonly ready: boolean;
  readonly body: { readonly connections: number; readonly users: number; readonly problems: readonly string[] };
}

/** Builds the answer of `GET /admin/activity`. */
export function activityAnswer(
  { ready, body: { connections, users, problems } }: InstanceHealth,
  counts: ReadonlyMap<string, RouteCounts>,
): ActivityAnswer {
  return {
    at: new Date().toISOString(),
    connections,
    users,
    ready,
    problems,
    routes: Object.fromEntries(Array.from(counts, ([route, count]) => [route, routeActivity(count)])),
  };
}

function routeActivity({ lastMessageAt, drops, ...counts }: RouteCounts): RouteActivity {
  return {
    ...counts,
    ...(lastMessageAt && { lastMessageAt: lastMessageAt.toISOString() }),
    drops: drops.map(({ reason, count, lastAt, detail }) => ({
      reason,
      count,
      lastAt: lastAt.toISOString(),
      ...(detail !== undefined && { sample: whyDropped({ reason, detail }) }),
    })),
  };
}
