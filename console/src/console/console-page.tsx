import { useEffect, useRef, useState } from 'preact/hooks';
import type { PublishQuestion } from '../../../src/admin/api.ts';
import type { AdminApi } from '../admin/admin-api.ts';
import { usePolled } from '../admin/polled.ts';
import { ConnectPanel } from '../connect/connect-panel.tsx';
import { ExplainPanel } from '../explain/explain-panel.tsx';
import { useExplain } from '../explain/use-explain.ts';
import { FeedPanel } from '../feed/feed-panel.tsx';
import { RefusedReloadPanel } from '../overview/refused-reload.tsx';
import { StatePanel } from '../overview/state-panel.tsx';
import { PageTop } from '../page/page-top.tsx';
import { withAnswer, type History } from '../routes/rates.ts';
import { RoutesPanel } from '../routes/routes-panel.tsx';

const PLAN_EVERY_MS = 3000;
const ACTIVITY_EVERY_MS = 2000;

interface ConsolePageProps {
  readonly api: AdminApi;
  /** Forgets the admin token; absent where none was needed. */
  readonly leave: (() => void) | undefined;
}

export function ConsolePage({ api, leave }: ConsolePageProps) {
  const plan = usePolled(api.plan, PLAN_EVERY_MS);
  const { history, problem } = useActivity(api);
  const explaining = useExplain(api);
  const explainHeading = useRef<HTMLHeadingElement>(null);
  const publish = plan.value?.instance.mode === 'development' ? api.publish : undefined;
  const explain = ({ channel, payload }: PublishQuestion): void => {
    void explaining.ask({ ...explaining.draft, channel, payload });
    explainHeading.current?.focus();
  };
  const channels = [...new Set(plan.value?.routes.flatMap((route) => route.channels))];
  return (
    <>
      <PageTop title="Gateway console" leave={leave}>
        <a href="#routes">Routes</a>
        <a href="#feed">Live feed</a>
        <a href="#explain">Explain</a>
        <a href="#connect">Connect</a>
        <a href="docs">Documentation</a>
      </PageTop>
      <main>
        <StatePanel plan={plan.value} activity={history.at(-1)} problem={plan.problem ?? problem} />
        {plan.value?.refused && <RefusedReloadPanel refused={plan.value.refused} plan={plan.value.plan} />}
        {plan.value && <RoutesPanel plan={plan.value} history={history} explain={explain} publish={publish} />}
        <FeedPanel api={api} routes={plan.value?.routes.map(({ name }) => name) ?? []} />
        <div class="columns">
          <ExplainPanel explaining={explaining} channels={channels} publish={publish} heading={explainHeading} />
          <ConnectPanel path={plan.value?.instance.socketPath} />
        </div>
      </main>
    </>
  );
}

function useActivity(api: AdminApi): { history: History; problem: string | undefined } {
  const { value, problem } = usePolled(api.activity, ACTIVITY_EVERY_MS);
  const [history, setHistory] = useState<History>([]);
  useEffect(() => {
    if (value) setHistory((before) => withAnswer(before, value));
  }, [value]);
  return { history, problem };
}
