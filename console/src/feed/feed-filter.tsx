import { OUTCOMES, type Filter } from './filter.ts';

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
