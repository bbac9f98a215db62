import { valueAt } from '../schema/json.ts';
import type { EventRoute, Route } from '../routes/plan.ts';
import type { NamedUsers, Recipients } from '../routes/target.ts';
import type { Message, MessageLimits } from './message.ts';
import { dropped, type Dropped } from './outcome.ts';
import type { MessageTrace } from './report.ts';

/**
 * Checks a message against a route and finds its recipients. Sends nothing, and does the same for channels and streams.
 *
 * @returns the recipients, or why the message is dropped.
 */
export function evaluate(
  route: EventRoute,
  message: Message,
  { maxTargetIds }: MessageLimits,
  trace?: MessageTrace,
): Recipients | Dropped {
  const unfit = check(route, message, trace) ?? checkPayload(route, message);
  if (unfit) return unfit;
  const recipients = route.target(message.value, maxTargetIds, textIfRounded(message));
  if (recipients.tooMany) return tooManyIds(route, maxTargetIds);
  trace?.passed('targeted', route);
  return recipients.rooms.length > 0 ? recipients : noRecipients(route, recipients);
}

/** Checks the size of a message and its schema. */
export function check(route: Route, { bytes, value }: Message, trace: MessageTrace | undefined): Dropped | undefined {
  if (bytes > route.maxBytes)
    return dropped(route, 'too-large', `${bytes} bytes, the route takes ${route.maxBytes} at most`);
  const broken = route.check(value);
  if (broken !== undefined) return dropped(route, 'invalid', broken);
  trace?.passed('checked', route);
  return undefined;
}

/** Where `gateway check` has a warning, the schema does not prove that each message has the value. */
function checkPayload(route: EventRoute, { value }: Message): Dropped | undefined {
  if (route.payloadAt === undefined || valueAt(value, route.payloadAt) !== undefined) return undefined;
  return dropped(route, 'invalid', 'the value that payload names is absent');
}

/** The text of a message whose parsed numbers may be rounded. */
export function textIfRounded({ oddNumbers, text }: Message): string | undefined {
  return oddNumbers ? text : undefined;
}

const ROUNDED = 'an id is a number beyond 2^53 - 1, which JSON readers round; publish it as text';

const UNCLEAR = 'a field of except holds no user id, so who is excepted is not known';

/** Drops a message that names no user: on purpose (`nobody`), or because its ids are not user ids (`no-target`). */
export function noRecipients(
  route: Route,
  { skipped, rounded, unclear }: Pick<NamedUsers, 'skipped' | 'rounded'> & { readonly unclear?: true },
): Dropped {
  if (skipped === 0) return dropped(route, 'nobody');
  return dropped(route, 'no-target', rounded ? ROUNDED : unclear && UNCLEAR, skipped);
}

export function tooManyIds(route: Route, maxTargetIds: number): Dropped {
  return dropped(route, 'too-many-ids', `more than ${maxTargetIds} user ids`);
}
