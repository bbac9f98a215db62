import { createRequire } from 'node:module';
import type { prettyFactory as PrettyFactory } from 'pino-pretty';
import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger };

export interface LoggerOptions {
  readonly level: string;
  /** Whether lines are formatted for people instead of JSON. */
  readonly pretty: boolean;
}

/** @param output receives each line, as JSON or formatted. */
export function createLogger({ level, pretty }: LoggerOptions, output: DestinationStream): Logger {
  const base = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (!pretty) return pino({ ...base, formatters: { level: (label) => ({ level: label }) } }, output);
  // pino's own transport writes to standard output in a thread, where a full disk ends the process.
  // pino-pretty takes 27 ms to load, and only development needs it.
  const { prettyFactory }: { prettyFactory: typeof PrettyFactory } = createRequire(import.meta.url)('pino-pretty');
  const readable = prettyFactory({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' });
  return pino(base, { write: (line) => output.write(readable(line)) });
}
