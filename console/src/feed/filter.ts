import type { FeedLine } from '../../../src/admin/api.ts';

/** Empty: all. */
export interface Filter {
  readonly route: string;
  readonly outcome: string;
}

export const OUTCOMES = ['delivered', 'disconnected', 'not-here', 'dropped', 'shadow', 'passed-over'] as const;

export function passes({ outcomes, passedOver = [] }: FeedLine, { route, outcome }: Filter): boolean {
  // What a route passes over is for another route: it is shown where that is asked for, or where no route took it.
  if (outcome === 'passed-over') return passedOver.some((one) => route === '' || one === route);
  if (outcomes.length === 0) return outcome === '' && (route === '' || passedOver.includes(route));
  return outcomes.some((one) => (route === '' || one.route === route) && (outcome === '' || one.outcome === outcome));
}
