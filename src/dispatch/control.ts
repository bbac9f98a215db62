import type { ControlRoute } from '../routes/plan.ts';
import type { UserId } from '../routes/user-id.ts';
import type { Message, MessageLimits } from './message.ts';
import { dropped, textOf, type LiveOutcome, type Traced } from './outcome.ts';
import { fault, forNobody, oddText, tooManyIds } from './steps.ts';

/** What control routes can do on this instance. */
export interface Control {
  /**
   * Closes the connections of these users for good; what is known of their tokens counts no more.
   *
   * @returns how many connections.
   */
  disconnectUsers(users: ReadonlySet<UserId>): number;
}

export function disconnectUsers(
  route: ControlRoute,
  message: Message & Traced,
  control: Control,
  { maxTargetIds }: MessageLimits,
): LiveOutcome {
  const unfit = fault(route, message);
  if (unfit) return unfit;
  const named = route.users(message.value, maxTargetIds, oddText(message));
  const { users, skipped } = named;
  if (named.tooMany) return tooManyIds(route, maxTargetIds);
  message.trace?.passed('targeted', route);
  if (users.size === 0) return forNobody(route, named);
  try {
    const recipients = control.disconnectUsers(users);
    message.trace?.passed('sent', route);
    return recipients === 0
      ? { kind: 'not-here', route, skipped }
      : { kind: 'disconnected', route, recipients, skipped };
  } catch (error) {
    return dropped(route, 'emit-failed', textOf(error), skipped);
  }
}
