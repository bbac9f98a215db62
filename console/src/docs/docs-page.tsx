import { useEffect, useMemo, useState } from 'preact/hooks';
import { inWords, type AdminApi } from '../admin/admin-api.ts';
import { pathFromHere } from '../page/path-from-here.ts';
import { PageTop } from '../page/page-top.tsx';
import { count } from '../page/words.ts';
import { TextBlock } from '../page/text-block.tsx';
import { documentedEvents, isMeant, type AsyncapiDocument, type DocumentedEvent } from './asyncapi-document.ts';
import { connectExample } from './connect-example.ts';
import { DownloadLink } from './download-link.tsx';
import { anchorOf, EventSection } from './event-section.tsx';

interface DocsPageProps {
  readonly api: AdminApi;
  readonly leave: (() => void) | undefined;
}

export function DocsPage({ api, leave }: DocsPageProps) {
  const { document, problem } = useAsyncapi(api);
  return (
    <>
      <PageTop title="Gateway events" leave={leave}>
        <a href="console">Console</a>
      </PageTop>
      <main class="docs">
        {problem !== undefined && (
          <p role="alert" class="bad">
            {problem} Load the page again.
          </p>
        )}
        {document ? <Document document={document} /> : problem === undefined && <p role="status">Loading…</p>}
      </main>
    </>
  );
}

function useAsyncapi(api: AdminApi): { document?: AsyncapiDocument; problem?: string } {
  const [found, setFound] = useState<{ document?: AsyncapiDocument; problem?: string }>({});
  useEffect(() => {
    const gone = new AbortController();
    api.asyncapi<AsyncapiDocument>(gone.signal).then(
      (document) => setFound({ document }),
      (error: unknown) => !gone.signal.aborted && setFound({ problem: inWords(error) }),
    );
    return () => gone.abort();
  }, [api]);
  return found;
}

function Document({ document: asyncapi }: { readonly document: AsyncapiDocument }) {
  const [wanted, setWanted] = useState('');
  const events = useMemo(() => documentedEvents(asyncapi), [asyncapi]);
  const shown = events.filter((event) => isMeant(event, wanted));
  const ofRoutes = shown.filter(({ own }) => !own);
  const own = shown.filter((event) => event.own);
  useEffect(jumpToAnchor, []);
  return (
    <>
      <aside aria-label="Contents">
        <p>
          <a href="#connecting">Connecting</a>
        </p>
        <Find wanted={wanted} change={setWanted} />
        <p role="status" class="muted">
          {shown.length === events.length ? '' : `${shown.length} of `}
          {count(events.length, 'event')}
        </p>
        <Contents title="Of the routes" events={ofRoutes} />
        <Contents title="Of the gateway itself" events={own} />
      </aside>
      <div>
        <p>
          {asyncapi.info.description} Plan <code>{asyncapi.info.version}</code>. <DownloadLink asyncapi={asyncapi} />
        </p>
        <Connecting events={events} path={asyncapi.servers.gateway.pathname} />
        {[...ofRoutes, ...own].map((event) => (
          <EventSection key={event.name} event={event} document={asyncapi} />
        ))}
      </div>
    </>
  );
}

interface FindProps {
  readonly wanted: string;
  readonly change: (wanted: string) => void;
}

function Find({ wanted, change }: FindProps) {
  return (
    <div class="tools">
      <label for="events-find">Find an event</label>
      <input
        id="events-find"
        type="search"
        placeholder="event, route or channel"
        value={wanted}
        onInput={({ currentTarget }) => change(currentTarget.value)}
      />
    </div>
  );
}

/** The browser looked for it before it was there. */
function jumpToAnchor(): void {
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

function Connecting({ events, path }: { readonly events: readonly DocumentedEvent[]; readonly path: string }) {
  const names = events.filter(({ own, fromClient }) => !own && !fromClient).map(({ name }) => name);
  return (
    <section id="connecting" aria-labelledby="connecting-heading">
      <h2 id="connecting-heading">Connecting</h2>
      <p>
        With the stock client, <code>npm install socket.io-client</code>. Pages of other origins need theirs in{' '}
        <code>CORS_ORIGIN</code>.
      </p>
      <TextBlock text={connectExample(location.origin, pathFromHere(path), names)} what="the client" />
    </section>
  );
}

function Contents({ title, events }: { readonly title: string; readonly events: readonly DocumentedEvent[] }) {
  if (events.length === 0) return null;
  return (
    <nav class="contents" aria-label={title}>
      <h2>{title}</h2>
      <ul>
        {events.map(({ name }) => (
          <li key={name}>
            <a href={`#${anchorOf(name)}`}>
              <code>{name}</code>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
