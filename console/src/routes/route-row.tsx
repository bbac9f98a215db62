import { useId, useRef, useState } from 'preact/hooks';
import type { DropActivity, RouteActivity, RouteAnswer } from '../../../src/admin/api.ts';
import { inDigits, timeAgo } from '../page/words.ts';
import { rateInDigits, ratePerSecond, type History } from './rates.ts';
import { RouteDetails, type RouteActions } from './route-details.tsx';

interface RouteRowProps extends RouteActions {
  readonly route: RouteAnswer;
  readonly history: History;
}

const COLUMNS = 9;

export function RouteRow({ route, history, ...actions }: RouteRowProps) {
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const detailsId = useId();
  const now = history.at(-1);
  const close = (): void => {
    setOpen(false);
    opener.current?.focus();
  };
  return (
    <>
      <tr>
        <th scope="row" data-label="Route">
          <button
            ref={opener}
            type="button"
            class="opener"
            aria-expanded={open}
            aria-controls={detailsId}
            onClick={() => setOpen(!open)}
          >
            {route.name}
          </button>
          {route.shadow && <span class="badge">shadow</span>}
          {route.description !== undefined && <p class="muted description">{route.description}</p>}
        </th>
        <td data-label="Channel">
          <code>{route.channels.join(', ')}</code> →{' '}
          {route.event === undefined ? route.action : <code>{route.event}</code>}
          {route.when !== undefined && (
            <p class="muted">
              when <code>{JSON.stringify(route.when)}</code>
            </p>
          )}
          {route.envelope !== 'fields' && <p class="muted">envelope {route.envelope}</p>}
          {route.payload !== undefined && (
            <p class="muted">
              sends the value of <code>{route.payload}</code>
            </p>
          )}
        </td>
        <td data-label="Target">{route.target}</td>
        <Counts activity={now?.routes[route.name]} rate={ratePerSecond(history, route.name)} now={now?.at ?? ''} />
      </tr>
      {open && (
        <tr id={detailsId} class="details">
          <td colSpan={COLUMNS}>
            <RouteDetails route={route} close={close} {...actions} />
          </td>
        </tr>
      )}
    </>
  );
}

interface CountsProps {
  readonly activity: RouteActivity | undefined;
  readonly rate: number | undefined;
  /** When these counts were true. */
  readonly now: string;
}

function Counts({ activity, rate, now }: CountsProps) {
  const { delivered = 0, notHere = 0, passedOver = 0, lastMessageAt, drops = [] } = activity ?? {};
  return (
    <>
      <td class="count number" data-label="Messages/s">
        {rate === undefined ? '…' : rateInDigits(rate)}
      </td>
      <td class="count short" data-label="Last">
        {lastMessageAt === undefined ? (
          'none yet'
        ) : (
          <time datetime={lastMessageAt} title={lastMessageAt}>
            {timeAgo(lastMessageAt, now)}
          </time>
        )}
      </td>
      <td class="count number" data-label="Delivered">
        {inDigits(delivered)}
      </td>
      <td class="count number" data-label="Not here">
        {inDigits(notHere)}
      </td>
      <td class="count number" data-label="Passed over">
        {inDigits(passedOver)}
      </td>
      <td data-label="Dropped">{drops.length === 0 ? '0' : <Drops drops={drops} now={now} />}</td>
    </>
  );
}

function Drops({ drops, now }: { readonly drops: readonly DropActivity[]; readonly now: string }) {
  return (
    <ul class="drops">
      {drops.map(({ reason, count, lastAt, sample }) => (
        <li key={reason}>
          <span class="bad">
            {inDigits(count)} {reason}
          </span>{' '}
          <span class="muted">
            {timeAgo(lastAt, now)}
            {sample !== undefined && <>: {sample}</>}
          </span>
        </li>
      ))}
    </ul>
  );
}
