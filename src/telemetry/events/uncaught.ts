import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createThrottle } from '../logging/throttle.ts';

const LOG_INTERVAL_MS = 1000;

/** Counts and logs an uncaught error with its stack frames; the process exits after it. */
export function createUncaught(metrics: Metrics, logger: Logger): (error: unknown) => void {
  const throttle = createThrottle(LOG_INTERVAL_MS);
  return (error) => {
    metrics.uncaughtErrors.inc();
    throttle('uncaught', () => logger.fatal({ error: traceOf(error) }, 'uncaught error; exiting'));
  };
}

/**
 * Leaves out the properties that libraries attach (the Redis client attaches the failed command) and the message of a
 * SyntaxError, which quotes the parsed text.
 */
function traceOf(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack = '' } = error;
  const frames = stack.split('\n').filter((line) => line.trimStart().startsWith('at '));
  return { type: name, ...(!(error instanceof SyntaxError) && { message }), stack: frames.join('\n') };
}
