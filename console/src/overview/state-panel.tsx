import type { ComponentChildren } from 'preact';
import type { ActivityAnswer, PlanAnswer } from '../../../src/admin/api.ts';
import { inDigits, timeAgo, timeOfDay } from '../page/words.ts';

interface StatePanelProps {
  readonly plan: PlanAnswer | undefined;
  readonly activity: ActivityAnswer | undefined;
  /** Why the newest answers are not there. */
  readonly problem: string | undefined;
}

/** Is it well, what does it run, who is there. */
export function StatePanel({ plan, activity, problem }: StatePanelProps) {
  return (
    <section class="state" aria-label="State of the gateway">
      <Verdict activity={activity} problem={problem} />
      {plan && (
        <dl class="facts">
          <Fact term="Plan">
            {plan.plan.number} <code class="muted">{plan.plan.hash}</code>
          </Fact>
          <Fact term="Loaded">
            <time datetime={plan.plan.loadedAt} title={plan.plan.loadedAt}>
              {activity ? timeAgo(plan.plan.loadedAt, activity.at) : timeOfDay(plan.plan.loadedAt)}
            </time>
          </Fact>
          <Fact term="Routes">{inDigits(plan.routes.length)}</Fact>
          <Fact term="Connections">{activity ? inDigits(activity.connections) : '…'}</Fact>
          <Fact term="Users">{activity ? inDigits(activity.users) : '…'}</Fact>
          <Fact term="Version">{plan.instance.version}</Fact>
          <Fact term="Mode">{plan.instance.mode}</Fact>
        </dl>
      )}
    </section>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Verdict({ activity, problem }: Pick<StatePanelProps, 'activity' | 'problem'>) {
  if (problem !== undefined) {
    return (
      <p role="alert" class="bad">
        {problem} {activity && 'What is shown is from before.'} This page asks again by itself.
      </p>
    );
  }
  if (!activity) return <p role="status">Asking the gateway…</p>;
  if (activity.ready) {
    return (
      <p role="status" class="good verdict">
        Ready
      </p>
    );
  }
  return (
    <div role="status" class="bad">
      <p class="verdict">Not ready</p>
      <ul>
        {activity.problems.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </div>
  );
}
