import { useMemo } from 'preact/hooks';
import type { FeedLine } from '../../../src/admin/api.ts';
import { count, timeOfDay } from '../page/words.ts';
import type { Entry } from './use-feed.ts';

/** One message and what became of it. */
export function FeedEntry({ entry }: { readonly entry: Entry }) {
  // Entries never change: the same element again is not compared again.
  return useMemo(() => <Line {...entry} />, [entry]);
}

function Line({ at, channel, bytes, outcomes, passedOver, payload }: FeedLine) {
  return (
    <li>
      <p>
        <time datetime={at} title={at}>
          {timeOfDay(at)}
        </time>{' '}
        <code>{channel}</code> <span class="muted">{count(bytes, 'byte')}</span>
      </p>
      <ul>
        {outcomes.map((outcome, i) => (
          <Outcome key={i} {...outcome} />
        ))}
        {passedOver && (
          <li>
            <strong class="muted">passed-over</strong> by {passedOver.join(', ')}
          </li>
        )}
      </ul>
      {payload !== undefined && <pre>{payload}</pre>}
    </li>
  );
}

const TONES = {
  delivered: 'good',
  disconnected: 'good',
  dropped: 'bad',
  'not-here': 'muted',
  shadow: 'muted',
} as const;

function Outcome({ route, event, outcome, recipients, reason, detail }: FeedLine['outcomes'][number]) {
  return (
    <li>
      <strong class={TONES[outcome]}>{outcome}</strong>
      {route !== undefined && <> by {route}</>}
      {event !== undefined && (
        <>
          {' '}
          as <code>{event}</code>
        </>
      )}
      {recipients !== undefined && `${outcome === 'disconnected' ? ':' : ' to'} ${count(recipients, 'connection')}`}
      {reason !== undefined && `: ${reason}`}
      {detail !== undefined && `, ${detail}`}
    </li>
  );
}
