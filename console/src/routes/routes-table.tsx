import { useState } from 'preact/hooks';
import type { RouteAnswer } from '../../../src/admin/api.ts';
import type { History } from './rates.ts';
import type { RouteActions } from './route-details.tsx';
import { RouteRow } from './route-row.tsx';

interface RoutesTableProps extends RouteActions {
  readonly routes: readonly RouteAnswer[];
  readonly history: History;
}

/** Thousands of routes are possible, too many for one page. */
const SHOWN_AT_FIRST = 100;

export function RoutesTable({ routes, ...others }: RoutesTableProps) {
  const [most, setMost] = useState(SHOWN_AT_FIRST);
  return (
    <>
      <table class="cards routes">
        <caption class="unseen">Routes with what passed through them since this instance started</caption>
        <thead>
          <tr>
            <th scope="col">Route</th>
            <th scope="col">Channel → event</th>
            <th scope="col">Target</th>
            <th scope="col" class="number">
              Messages/s
            </th>
            <th scope="col">Last</th>
            <th scope="col" class="number">
              Delivered
            </th>
            <th scope="col" class="number">
              Not here
            </th>
            <th scope="col" class="number">
              Passed over
            </th>
            <th scope="col">Dropped</th>
          </tr>
        </thead>
        <tbody>
          {routes.slice(0, most).map((route) => (
            <RouteRow key={route.name} route={route} {...others} />
          ))}
        </tbody>
      </table>
      {routes.length > most && (
        <button type="button" onClick={() => setMost(most + SHOWN_AT_FIRST)}>
          Show more ({routes.length - most} are not shown)
        </button>
      )}
    </>
  );
}
