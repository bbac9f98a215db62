import { useState } from 'preact/hooks';
import type { AdminApi } from '../admin/admin-api.ts';
import { count } from '../page/words.ts';
import { FeedEntry } from './feed-entry.tsx';
import { FilterFields } from './feed-filter.tsx';
import { passes, type Filter } from './filter.ts';
import { MOST_ENTRIES, useFeed, type Entry, type Feed } from './use-feed.ts';

interface FeedPanelProps {
  readonly api: AdminApi;
  readonly routes: readonly string[];
}

/** Messages as they pass through this instance. */
export function FeedPanel({ api, routes }: FeedPanelProps) {
  const feed = useFeed(api);
  const [paused, setPaused] = useState<readonly Entry[]>();
  const [filter, setFilter] = useState<Filter>({ route: '', outcome: '' });
  const entries = (paused ?? feed.entries).filter((entry) => passes(entry, filter));
  const clear = (): void => {
    feed.clear();
    if (paused) setPaused([]);
  };
  return (
    <section id="feed" aria-labelledby="feed-heading">
      <h2 id="feed-heading">Live feed</h2>
      <div class="tools">
        <StartAndStop {...feed} />
        <button
          type="button"
          aria-pressed={paused !== undefined}
          onClick={() => setPaused(paused ? undefined : feed.entries)}
        >
          Pause
        </button>
        <button type="button" onClick={clear}>
          Clear
        </button>
        <FilterFields routes={routes} filter={filter} change={setFilter} />
      </div>
      <p role="status" class="muted">
        {stateInWords(feed, paused)}
      </p>
      {feed.heldBack > 0 && <p class="warn">{count(feed.heldBack, 'message')} passed too fast to be shown here.</p>}
      {feed.problem !== undefined && (
        <p role="alert" class="bad">
          {feed.problem}
        </p>
      )}
      {/* Screen readers read it on demand only: a busy feed is too fast to listen to. */}
      <div class="scroller" role="region" aria-label="Messages, newest first" tabIndex={0}>
        <ol class="entries messages">
          {entries.map((entry) => (
            <FeedEntry key={entry.number} entry={entry} />
          ))}
        </ol>
      </div>
    </section>
  );
}

function StartAndStop({ state, start, stop }: Pick<Feed, 'state' | 'start' | 'stop'>) {
  const [payloads, setPayloads] = useState(false);
  const running = state !== 'stopped';
  const switchPayloads = (wanted: boolean): void => {
    setPayloads(wanted);
    if (running) start(wanted);
  };
  return (
    <>
      <button type="button" class="main" onClick={() => (running ? stop() : start(payloads))}>
        {running ? 'Stop' : 'Start'}
      </button>
      <label class="check">
        <input
          type="checkbox"
          checked={payloads}
          onInput={({ currentTarget }) => switchPayloads(currentTarget.checked)}
        />
        with payloads
      </label>
    </>
  );
}

function stateInWords({ state, entries }: Feed, paused: readonly Entry[] | undefined): string {
  if (paused) {
    const newest = paused[0]?.number ?? 0;
    return entries.some(({ number }) => number > newest) ? 'Paused; there is more.' : 'Paused.';
  }
  if (state === 'starting') return 'Starting…';
  if (state === 'stopped') return entries.length === 0 ? 'Stopped.' : 'Stopped; what came before is still here.';
  return entries.length === 0 ? 'Running; nothing has passed yet.' : `Running; the newest ${MOST_ENTRIES} are kept.`;
}
