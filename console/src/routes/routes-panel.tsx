import { useState } from 'preact/hooks';
import type { PlanAnswer, RouteAnswer } from '../../../src/admin/api.ts';
import { count } from '../page/words.ts';
import type { History } from './rates.ts';
import type { RouteActions } from './route-details.tsx';
import { RoutesTable } from './routes-table.tsx';

interface RoutesPanelProps extends RouteActions {
  readonly plan: PlanAnswer;
  readonly history: History;
}

interface Wanted {
  readonly text: string;
  readonly dropping: boolean;
}

export function RoutesPanel({ plan, history, ...actions }: RoutesPanelProps) {
  const [wanted, setWanted] = useState<Wanted>({ text: '', dropping: false });
  const activity = history.at(-1);
  const isDropping = ({ name }: RouteAnswer): boolean => (activity?.routes[name]?.drops.length ?? 0) > 0;
  const routes = plan.routes.filter((route) => isMeant(route, wanted.text) && (!wanted.dropping || isDropping(route)));
  return (
    <section id="routes" aria-labelledby="routes-heading">
      <h2 id="routes-heading">Routes</h2>
      <div class="tools">
        <WantedFields wanted={wanted} change={setWanted} />
        <p role="status" class="muted">
          {routes.length === plan.routes.length ? '' : `${routes.length} of `}
          {count(plan.routes.length, 'route')}
        </p>
      </div>
      <RoutesTable routes={routes} history={history} {...actions} />
      <p class="muted">
        Counts are of this instance, since its start. “Not here”: the recipients have no connection to this instance.
      </p>
    </section>
  );
}

function isMeant({ name, channels, event, action }: RouteAnswer, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/);
  const names = [name, ...channels, event ?? action].join(' ').toLowerCase();
  return words.every((word) => names.includes(word));
}

interface WantedFieldsProps {
  readonly wanted: Wanted;
  readonly change: (wanted: Wanted) => void;
}

function WantedFields({ wanted, change }: WantedFieldsProps) {
  return (
    <>
      <label for="routes-find">Find</label>
      <input
        id="routes-find"
        type="search"
        placeholder="name, channel or event"
        value={wanted.text}
        onInput={({ currentTarget }) => change({ ...wanted, text: currentTarget.value })}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={wanted.dropping}
          onInput={({ currentTarget }) => change({ ...wanted, dropping: currentTarget.checked })}
        />
        only with drops
      </label>
    </>
  );
}
