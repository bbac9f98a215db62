import type { CheckedRoute } from '../../config/routes/route-config.ts';
import { isWithin, whenText, type WhenConfig } from '../../config/routes/when.ts';
import { change, effect, type Change, type Effect } from './change.ts';

interface Versions {
  readonly before: CheckedRoute;
  readonly after: CheckedRoute;
}

/** Which messages a route takes: fewer is breaking, more is risky; of inline schemas it cannot be decided. */
export function whenChanges({ before, after }: Versions): Change[] {
  const [old, now] = [before.when, after.when];
  if (JSON.stringify(old) === JSON.stringify(now)) return [];
  const [fewer, more] = [!isWithin(old, now), !isWithin(now, old)];
  if (!fewer && !more) return [];
  const what = `when is ${shown(now)}, and was ${shown(old)}`;
  return [change(after, what, ...(fewer ? lost(after) : []), ...(more ? [gained(after)] : []))];
}

function shown(when: WhenConfig | undefined): string {
  return when === undefined ? 'not set' : whenText(when);
}

function lost(route: CheckedRoute): Effect[] {
  if (route.kind === 'control')
    return [effect('publishers', 'breaking', 'messages that disconnected users are passed over')];
  const why = `messages that became ${route.event} by this route are passed over`;
  return [effect('clients', 'breaking', why), effect('publishers', 'breaking', why)];
}

function gained(route: CheckedRoute): Effect {
  if (route.kind === 'control')
    return effect('operators', 'risky', 'messages that were passed over disconnect users now: is that meant?');
  return effect('clients', 'risky', `messages that were passed over become ${route.event}: is that meant?`);
}
