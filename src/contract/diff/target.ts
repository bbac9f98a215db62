import type { CheckedEventRoute, TargetConfig } from '../../config/routes/route-config.ts';
import { change, effect, type Change, type RoutePair } from './change.ts';

/**
 * Changes of recipients: more is a risk to the users that the data is about, fewer a loss to the clients that relied on it. What was for the
 * users named and is for everyone afterwards is no mere risk.
 */
export function targetChanges({ before, after }: RoutePair): Change[] {
  if (before.target.kind === 'broadcast' && after.target.kind === 'broadcast') return audienceChanges(before, after);
  if (before.target.kind === 'users' && after.target.kind === 'users')
    return fieldChanges(after, fieldsOf(before.target), fieldsOf(after.target));
  return [after.target.kind === 'broadcast' ? opened(after) : narrowed(before, after)];
}

function opened(after: CheckedEventRoute): Change {
  const who = after.audience === 'anyone' ? 'every client, anonymous ones too' : 'every authenticated client';
  const why = `payloads that only the users named in them saw now reach ${who}`;
  return change(after, 'target is widened from users to a broadcast', effect('operators', 'breaking', why));
}

function narrowed(before: CheckedEventRoute, after: CheckedEventRoute): Change {
  const named = fieldsOf(after.target).join(', ');
  const who = before.audience === 'anyone' ? 'clients, anonymous ones too,' : 'authenticated clients';
  const why = `${who} that ${named} do not name no longer receive it`;
  return change(after, 'target is narrowed from a broadcast to users', effect('clients', 'breaking', why));
}

function audienceChanges(before: CheckedEventRoute, after: CheckedEventRoute): Change[] {
  if (before.audience === after.audience) return [];
  if (after.audience === 'anyone') {
    const why = 'visitors who are not logged in receive it too';
    return [change(after, 'audience is opened to anyone', effect('operators', 'risky', why))];
  }
  const why = 'visitors who are not logged in no longer receive it';
  return [change(after, 'audience is closed to authenticated clients', effect('clients', 'breaking', why))];
}

function fieldChanges(after: CheckedEventRoute, old: readonly string[], now: readonly string[]): Change[] {
  return [
    ...old
      .filter((field) => !now.includes(field))
      .map((field) =>
        change(
          after,
          `target no longer names ${field}`,
          effect('clients', 'breaking', 'the users in that field no longer receive it'),
        ),
      ),
    ...now
      .filter((field) => !old.includes(field))
      .map((field) =>
        change(
          after,
          `target names ${field} too`,
          effect('operators', 'risky', 'the users in that field receive it now: is it meant for them?'),
        ),
      ),
  ];
}

/** `owner?` and `owner` are the same people. */
function fieldsOf(target: TargetConfig): string[] {
  return target.kind === 'users' ? target.fields.map(({ path }) => path.join('/')) : [];
}
