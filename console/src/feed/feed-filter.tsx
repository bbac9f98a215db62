import type { Entry } from './use-feed.ts';

/** Empty: all. */
export interface Filter {
  readonly route: string;
  readonly outcome: string;
}

const OUTCOMES = ['delivered', 'disconnected', 'not-here', 'dropped', 'shadow', 'passed-over'] as const;

export function passes({ outcomes, passedOver = [] }: Entry, { route, outcome }: Filter): boolean {
  // Messages that a route passes over are another route's: they are shown on request, or where no route took them.
  if (outcome === 'passed-over') return passedOver.some((one) => route === '' || one === route);
  if (outcomes.length === 0) return outcome === '' && (route === '' || passedOver.includes(route));
  return outcomes.some((one) => (route === '' || one.route === route) && (outcome === '' || one.outcome === outcome));
}

interface FilterFieldsProps {
  readonly routes: readonly string[];
  readonly filter: Filter;
  readonly change: (filter: Filter) => void;
}

export function FilterFields({ routes, filter, change }: FilterFieldsProps) {
  return (
    <>
      <label>
        Route{' '}
        <select value={filter.route} onInput={({ currentTarget }) => change({ ...filter, route: currentTarget.value })}>
          <option value="">all</option>
          {routes.map((route) => (
            <option key={route}>{route}</option>
          ))}
        </select>
      </label>
      <label>
        Outcome{' '}
        <select
          value={filter.outcome}
          onInput={({ currentTarget }) => change({ ...filter, outcome: currentTarget.value })}
        >
          <option value="">all</option>
          {OUTCOMES.map((outcome) => (
            <option key={outcome}>{outcome}</option>
          ))}
        </select>
      </label>
    </>
  );
}
