import type { Audience, CheckedEventRoute, TargetConfig } from '../../config/routes/route-config.ts';
import { audienceRoom } from '../../routes/rooms.ts';
import { audienceWords } from '../explain/recipients.ts';
import { change, effect, type Change, type RoutePair } from './change.ts';

/**
 * Changes of recipients: more is a risk to the users that the data is about, fewer a loss to the clients that relied on it. What was for the
 * users named and is for everyone afterwards is no mere risk.
 */
export function targetChanges(pair: RoutePair): Change[] {
  return [...recipientChanges(pair), ...exceptChanges(pair)];
}

/** Users who are excepted: fewer is a risk, more a loss. */
function exceptChanges({ before, after }: RoutePair): Change[] {
  const [old, now] = [before, after].map(({ except = [] }) => except.map(({ path }) => path.join('/')));
  const removed = old?.filter((field) => !now?.includes(field)) ?? [];
  const added = now?.filter((field) => !old?.includes(field)) ?? [];
  return [
    ...removed.map((field) =>
      change(
        after,
        `except no longer names ${field}`,
        effect('operators', 'risky', 'the users in that field receive it now'),
      ),
    ),
    ...added.map((field) =>
      change(
        after,
        `except names ${field}`,
        effect('clients', 'breaking', 'the users in that field no longer receive it'),
      ),
    ),
  ];
}

function recipientChanges({ before, after }: RoutePair): Change[] {
  if (before.target.kind === 'broadcast' && after.target.kind === 'broadcast') return audienceChanges(before, after);
  if (before.target.kind === 'users' && after.target.kind === 'users')
    return fieldChanges(after, fieldsOf(before.target), fieldsOf(after.target));
  return [after.target.kind === 'broadcast' ? opened(after) : narrowed(before, after)];
}

function opened(after: CheckedEventRoute): Change {
  const why = `payloads that only the users named in them saw now reach ${all(after.audience)}`;
  return change(after, 'target is widened from users to a broadcast', effect('operators', 'breaking', why));
}

function narrowed(before: CheckedEventRoute, after: CheckedEventRoute): Change {
  const named = fieldsOf(after.target).join(', ');
  const why = `${who(before.audience)} that ${named} do not name no longer receive it`;
  return change(after, 'target is narrowed from a broadcast to users', effect('clients', 'breaking', why));
}

function all(audience: Audience): string {
  if (audience === 'anyone') return 'every client, anonymous ones too';
  return audience === 'authenticated' ? 'every authenticated client' : who(audience);
}

function who(audience: Audience): string {
  if (audience === 'anyone') return 'clients, anonymous ones too,';
  return audienceWords(audience);
}

/** From few clients to many; two different claims cannot be compared. */
function widthOf(audience: Audience): number {
  if (audience === 'anyone') return 2;
  return audience === 'authenticated' ? 1 : 0;
}

function audienceChanges(before: CheckedEventRoute, after: CheckedEventRoute): Change[] {
  if (audienceRoom(before.audience) === audienceRoom(after.audience)) return [];
  const [old, now] = [widthOf(before.audience), widthOf(after.audience)];
  const opens = effect('operators', 'risky', `${more(before.audience, after.audience)} receive it too`);
  const closes = effect('clients', 'breaking', `${more(after.audience, before.audience)} no longer receive it`);
  const what = `audience is ${verb(old, now)} ${label(after.audience)}`;
  if (now > old) return [change(after, what, opens)];
  return [now < old ? change(after, what, closes) : change(after, what, opens, closes)];
}

/** Who is in the one audience and not in the other, as far as that can be told. */
function more(narrow: Audience, wide: Audience): string {
  if (narrow === 'authenticated' && wide === 'anyone') return 'visitors who are not logged in';
  return `${who(wide)}, unless they are of the other audience,`;
}

function verb(old: number, now: number): string {
  if (now > old) return 'opened to';
  return now < old ? 'closed to' : 'changed to';
}

function label(audience: Audience): string {
  if (audience === 'authenticated') return 'authenticated clients';
  return typeof audience === 'string' ? audience : `{ claim: ${audience.claim}, has: ${audience.has} }`;
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
