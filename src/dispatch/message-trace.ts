import type { Origin } from '../routes/envelope.ts';
import type { Route } from '../routes/plan.ts';
import type { Handled } from './outcome.ts';

/** Where a message is on its way; the last is told by the outcome. */
export type Step = 'read' | 'checked' | 'targeted' | 'sent';

/** A message that is being recorded. */
export interface MessageTrace {
  /** The gateway's own, to go on with at the client. */
  readonly traceparent: string;
  passed(step: Step, route?: Route): void;
  ended(message: Handled): void;
}

/**
 * Decides on recording a message before anything is made for it; asked once for each, also where its envelope is unread.
 *
 * @param receivedAt performance.now() when it arrived.
 */
export type BeginTrace = (channel: string, receivedAt: number, origin: Origin) => MessageTrace | undefined;
