import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createThrottle } from '../logging/throttle.ts';

const LOG_INTERVAL_MS = 1000;

/** An error that nobody caught ends the process: counted, and told with where it came from. */
export function createUncaught(metrics: Metrics, logger: Logger): (error: unknown) => void {
  const throttle = createThrottle(LOG_INTERVAL_MS);
  return (error) => {
    metrics.uncaughtErrors.inc();
    throttle('uncaught', () => logger.fatal({ error: traceOf(error) }, 'an error that nobody caught; exiting'));
  };
}

/**
 * Neither what libraries attach, as the Redis client does the command that failed, nor the words of a SyntaxError, which
 * quote the text that was parsed.
 */
function traceOf(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack = '' } = error;
  const frames = stack.split('\n').filter((line) => line.trimStart().startsWith('at '));
  return { type: name, ...(!(error instanceof SyntaxError) && { message }), stack: frames.join('\n') };
}
