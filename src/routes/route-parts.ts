import type { CheckedRoute } from '../config/routes/load-routes.ts';
import { compileTarget } from './target.ts';

type EventConfig = Extract<CheckedRoute, { kind: 'event' }>;

export type RouteParts = ReturnType<typeof createParts>;

/**
 * What routes are made of. Those that say the same share it, as they do their validators: of ten thousand routes most say
 * "the user in user_id", and what all messages use is what the processor has at hand.
 */
export function createParts() {
  return {
    event: sharing((event: string) => event),
    target: sharing(({ target, audience }: Pick<EventConfig, 'target' | 'audience'>) =>
      compileTarget(target, audience),
    ),
  };
}

/** @param make of something that JSON says completely. */
function sharing<Said, Made>(make: (said: Said) => Made): (said: Said) => Made {
  const known = new Map<string, Made>();
  return (said) => {
    const key = JSON.stringify(said);
    const made = known.get(key) ?? make(said);
    known.set(key, made);
    return made;
  };
}
