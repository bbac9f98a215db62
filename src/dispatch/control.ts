import type { ControlRoute } from '../routes/plan.ts';
import type { UserId } from '../routes/user-id.ts';
import { check, noRecipients, textIfRounded, tooManyIds } from './evaluate.ts';
import type { Message, MessageLimits } from './message.ts';
import { dropped, textOf, type LiveOutcome } from './outcome.ts';
import type { MessageTrace } from './report.ts';

/** What control routes can do on this instance. */
export interface Control {
  /**
   * Closes the connections of these users permanently, and makes what is cached for their tokens invalid.
   *
   * @param keepTokens whether JWTs that were issued until now stay valid.
   * @returns how many connections.
   */
  disconnectUsers(users: ReadonlySet<UserId>, keepTokens: boolean): number;
}

interface ControlParts {
  readonly control: Control;
  readonly limits: MessageLimits;
}

/** Disconnects the users that a message of a control route names. */
export function disconnectUsers(
  route: ControlRoute,
  message: Message,
  { control, limits: { maxTargetIds } }: ControlParts,
  trace: MessageTrace | undefined,
): LiveOutcome {
  const unfit = check(route, message, trace);
  if (unfit) return unfit;
  const named = route.users(message.value, maxTargetIds, textIfRounded(message));
  const { users, skipped } = named;
  if (named.tooMany) return tooManyIds(route, maxTargetIds);
  trace?.passed('targeted', route);
  if (users.size === 0) return noRecipients(route, named);
  try {
    const recipients = control.disconnectUsers(users, !route.refusesTokens);
    trace?.passed('sent', route);
    return recipients === 0
      ? { kind: 'not-here', route, skipped }
      : { kind: 'disconnected', route, recipients, skipped };
  } catch (error) {
    return dropped(route, 'emit-failed', textOf(error), skipped);
  }
}
