import type { IdentityConfig } from '../../config/routes/identity.ts';
import { change, effect, type Change } from './change.ts';

/** Changes of who users are. Another kind of ids is another set of users, and a running gateway refuses to reload it. */
export function identityChanges(before: IdentityConfig, after: IdentityConfig): Change[] {
  return [...kindChanges(before, after), ...claimChanges(before.claims, after.claims)];
}

function kindChanges({ userId: old }: IdentityConfig, { userId: now }: IdentityConfig): Change[] {
  if (old === now) return [];
  const ids = now === 'text' ? 'numbers in target fields are no ids' : 'text other than digits is no id';
  return [
    change(
      undefined,
      `user ids are ${now}, and were ${old}`,
      effect('publishers', 'breaking', `messages whose ids are of the old kind are dropped: ${ids}`),
      effect(
        'clients',
        'breaking',
        `userId of connected is ${now === 'text' ? 'text, never a number' : 'a number, or digits'}`,
      ),
      effect('operators', 'breaking', 'all instances need a restart: a reload refuses another kind of user ids'),
    ),
  ];
}

function claimChanges(old: readonly string[], now: readonly string[]): Change[] {
  const added = now.filter((claim) => !old.includes(claim));
  const removed = old.filter((claim) => !now.includes(claim));
  const again = 'the tokens of all connections are checked again within half a minute of the reload';
  return [
    ...added.map((claim) =>
      change(undefined, `claim ${claim} is read from tokens`, effect('operators', 'safe', again)),
    ),
    ...removed.map((claim) =>
      change(undefined, `claim ${claim} is no longer read`, effect('operators', 'safe', 'no audience names it')),
    ),
  ];
}
