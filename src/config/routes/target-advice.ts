import type { Violation } from '../../schema/shape.ts';

const MEMBERS =
  'A target is users or broadcast: let the publisher send the ids of all members, as member_ids, and write target: { users: [member_ids] }';
const BROADCAST = 'For all clients write target: broadcast; with audience: anyone it includes anonymous clients';
const FIELD = 'Name the field that holds the id: target: { user: user_id }';

/** Keys that people know from other systems, and what to write instead. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^(broadcast|all|everyone|everybody|anyone|any|public|global|audience|authenticated|namespace)$/, BROADCAST],
  [/^(user_?ids?|field|fields|id|ids|owner|owner_id|recipients?|to|account|customer|path|pointer|key)$/, FIELD],
  [/^(except|exclude|not)$/, 'A target cannot exclude users: let the publisher send the ids of the recipients'],
  [
    /^(sockets?|connections?|client|clients|device|devices|session)$/,
    'A target names users, not connections: every connection of a user receives the event',
  ],
  [
    /^(rooms?|topics?|channels?|groups?|roles?|orgs?|organi[sz]ations?|tenants?|teams?|claims?|members?|scopes?|permissions?|subscribers|presence|tags?|segment|companies|company|guild|lobby|game|chat|project|workspace)$/,
    MEMBERS,
  ],
];

/** Returns the advice for an unknown key under `target`; undefined for other findings. */
export function targetAdvice({ kind, path }: Violation): string {
  const [routes, , target, key] = path;
  if (kind !== 'unknown-key' || routes !== 'routes' || target !== 'target' || key === undefined) return '';
  const word = key.toLowerCase();
  return ` ${ADVICE.find(([pattern]) => pattern.test(word))?.[1] ?? MEMBERS}`;
}
