import type { Route } from '../routes/plan.ts';
import type { Check } from '../schema/payload-schemas.ts';
import type { Message } from './message.ts';
import type { Outcome, Trial } from './outcome.ts';

/** Adds to the outcome what `schema_next` says of the message, if the route has one. */
export function withTrial(route: Route, message: Message, outcome: Outcome): Outcome {
  return route.checkNext ? { ...outcome, next: tryNext(route.checkNext, message, outcome) } : outcome;
}

function tryNext(check: Check, { value }: Message, outcome: Outcome): Trial {
  const now = outcome.kind === 'shadow' ? outcome.would : outcome;
  const drops = now.kind === 'dropped' && now.reason === 'invalid';
  const broken = check(value);
  if (broken !== undefined && !drops) return { verdict: 'would-drop', detail: broken };
  return { verdict: broken === undefined && drops ? 'would-pass' : 'same', detail: undefined };
}
