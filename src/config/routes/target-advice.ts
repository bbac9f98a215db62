import type { Violation } from '../../schema/shape.ts';

const MEMBERS =
  'Only users and broadcasts can be targets: let the publisher send the ids of all members, as member_ids, and write target: { users: [member_ids] }';
const BROADCAST = 'For all clients write target: broadcast; with audience: anyone beside it, anonymous ones too';
const FIELD = 'Name the field that holds the id: target: { user: user_id }';

/** What people write under `target` elsewhere, and what can be done here. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^(broadcast|all|everyone|everybody|anyone|any|public|global|audience|authenticated|namespace)$/, BROADCAST],
  [/^(user_?ids?|field|fields|id|ids|owner|owner_id|recipients?|to|account|customer|path|pointer|key)$/, FIELD],
  [/^(except|exclude|not)$/, 'Nobody can be left out of a target: let the publisher name those who are meant'],
  [
    /^(sockets?|connections?|client|clients|device|devices|session)$/,
    'Connections cannot be targets, users can: each of their connections gets the event',
  ],
  [
    /^(rooms?|topics?|channels?|groups?|roles?|orgs?|organi[sz]ations?|tenants?|teams?|claims?|members?|scopes?|permissions?|subscribers|presence|tags?|segment|companies|company|guild|lobby|game|chat|project|workspace)$/,
    MEMBERS,
  ],
];

/** The end of a message about a key under `target` that there is not; nothing for other violations. */
export function targetAdvice({ kind, path }: Violation): string {
  const [routes, , target, key] = path;
  if (kind !== 'unknown-key' || routes !== 'routes' || target !== 'target' || key === undefined) return '';
  const word = key.toLowerCase();
  return ` ${ADVICE.find(([pattern]) => pattern.test(word))?.[1] ?? MEMBERS}`;
}
