import type { CheckedRoute } from '../config/routes/route-config.ts';
import { compileEnvelope } from './compile-envelope.ts';
import { compileTarget, withoutUsers } from './target.ts';
import type { UserIds } from './user-id.ts';

type EventConfig = Extract<CheckedRoute, { kind: 'event' }>;

export type RouteParts = ReturnType<typeof createParts>;

/**
 * Compiles the parts of routes. Routes with equal configuration share a part, as they share validators: of ten thousand
 * routes most have the target "the user in user_id", and a part that all messages use stays in the processor's caches.
 */
export function createParts(ids: UserIds) {
  return {
    event: sharing((event: string) => event),
    envelope: sharing(compileEnvelope),
    target: sharing(({ target, audience, except }: Pick<EventConfig, 'target' | 'audience' | 'except'>) => {
      const compiled = compileTarget(target, audience, ids);
      return except === undefined ? compiled : withoutUsers(compiled, except, ids);
    }),
  };
}

/** @param make from a configuration that JSON can express completely. */
function sharing<Config, Made>(make: (config: Config) => Made): (config: Config) => Made {
  const known = new Map<string, Made>();
  return (config) => {
    const key = JSON.stringify(config);
    const made = known.get(key) ?? make(config);
    known.set(key, made);
    return made;
  };
}
