import type { DropReason } from '../../dispatch/drop-reasons.ts';
import { PLAIN_DETAILS } from '../../dispatch/message.ts';
import { roomsOf } from '../../routes/rooms.ts';
import { USER_IDS, type UserId } from '../../routes/user-id.ts';
import type { UserIdKind } from '../../schema/target-field.ts';
import type { Disconnected, Dropped, Result, Sent } from './dry-run.ts';
import { audienceWords, isUsers, recipientsOf, type FieldTarget } from './recipients.ts';

/** Who asks: a user, or a client without a token. */
export type Client = { readonly user?: UserId };

/** Whether a client receives an event, and why; `hears` is a key of `--json`. */
export interface ReceiveResult {
  readonly hears: boolean;
  readonly because: string;
}

const ANONYMOUS = 'anonymous';

/** What a client may be called, to end a sentence. @param kind undefined where the routes file is not known. */
export function clientNames(kind: UserIdKind = 'text'): string {
  return `${ANONYMOUS}, or a user id: ${USER_IDS[kind].description}`;
}

/** A user id, or `anonymous`; undefined where the text is neither. @param kind undefined where the routes file is not known. */
export function readClient(text: string, kind: UserIdKind = 'text'): Client | undefined {
  if (text === ANONYMOUS) return {};
  const user = USER_IDS[kind].parse(text);
  return user === undefined ? undefined : { user };
}

/** What the fields of a route hold in one message. */
interface FieldsFound {
  readonly fields: readonly FieldTarget[];
  readonly except: readonly FieldTarget[];
}

/**
 * By the rooms that such a client's sockets are in.
 *
 * @param found what the fields of target and `except` hold; no target fields for a broadcast.
 */
export function receives(client: Client, result: Result, { fields, except }: FieldsFound): ReceiveResult {
  const why = whyNothing(client, result, fields);
  if (why !== undefined || result.kind !== 'sent') return { hears: false, because: why ?? '' };
  const mine = roomsOf(client.user);
  const excepting = except.find(({ users }) => users.some((user) => user === client.user));
  if (excepting) return { hears: false, because: `except ${excepting.field} names user ${client.user}` };
  const isReceived = result.rooms.some((room) => mine.includes(room));
  return { hears: isReceived, because: whyReceived(client, result, isReceived) ?? whyNamed(client.user, fields) };
}

/** Returns why no client receives an event; undefined where one is sent. */
function whyNothing(client: Client, result: Result, fields: readonly FieldTarget[]): string | undefined {
  if (result.shadow) return 'the route is a shadow: it is evaluated and counted, and delivers nothing';
  if (result.kind === 'passed-over') return `the route passes the message over: ${result.because}`;
  if (result.kind === 'dropped') return `the message is dropped because ${whyDropped(result)}`;
  return result.kind === 'disconnected' ? whyDisconnected(client, result, fields) : undefined;
}

function whyReceived(client: Client, { rooms }: Sent, isReceived: boolean): string | undefined {
  const recipients = recipientsOf(rooms);
  if (recipients === 'anyone') return 'it is broadcast to anyone';
  if (recipients === 'authenticated')
    return isReceived
      ? 'it is broadcast to all authenticated clients'
      : 'it is broadcast to authenticated clients only; anonymous ones receive broadcasts with audience: anyone';
  if (!isUsers(recipients))
    return client.user === undefined
      ? `it is broadcast to ${audienceWords(recipients)}, and an anonymous client has no claims`
      : `it is broadcast to ${audienceWords(recipients)}; the claims of a user are in its token only`;
  return client.user === undefined ? 'it is for users by their id, and an anonymous client has none' : undefined;
}

function whyDisconnected({ user }: Client, { users }: Disconnected, fields: readonly FieldTarget[]): string {
  if (user === undefined) return 'the route disconnects users by their id, and an anonymous client has none';
  const named = whyNamed(user, fields);
  return users.includes(user) ? `it is disconnected: ${named}` : `the route disconnects users, and ${named}`;
}

function whyNamed(user: UserId | undefined, fields: readonly FieldTarget[]): string {
  const holding = fields.filter(({ users }) => users.some((one) => one === user));
  const names = (holding.length > 0 ? holding : fields).map(({ field }) => field.replace(/\?$/, ''));
  return `user ${user} is ${holding.length > 0 ? '' : 'not '}in ${names.join(', ')}`;
}

const WORDS = {
  'no-route': 'no route names the channel',
  'too-large': 'it is too large',
  'no-payload': 'the entry has no such field',
  'not-json': 'it is not JSON',
  'too-deep': 'it is nested too deep',
  'too-many-keys': 'it holds too many keys',
  'not-object': 'it is not a JSON object',
  'repeated-key': 'an object in it has one key twice',
  'not-cloudevent': 'it is not a CloudEvent',
  'not-laravel': "it is not a broadcast of Laravel's Redis driver",
  invalid: 'it breaks the schema',
  'no-target': 'its target fields hold no user id',
  nobody: 'its target fields name no user',
  'too-many-ids': 'it names too many users',
  duplicate: 'its event came before',
  'emit-failed': 'it could not be sent',
} as const satisfies Record<Dropped['reason'], string>;

export function whyDropped({ reason, detail }: { reason: DropReason; detail?: string | undefined }): string {
  if (detail === undefined || PLAIN_DETAILS.has(detail)) return WORDS[reason];
  // The routes file shows which file is meant; the folder of the checkout is not shown.
  return `${WORDS[reason]}: ${detail.replace(/file:\/\/\S*\/(?=[^/\s]+#)/, '')}`;
}
