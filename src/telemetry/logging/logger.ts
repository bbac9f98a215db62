import { createRequire } from 'node:module';
import type { prettyFactory as PrettyFactory } from 'pino-pretty';
import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger };

export interface LoggerOptions {
  readonly level: string;
  /** Lines for people instead of JSON. */
  readonly pretty: boolean;
}

/** @param output takes lines: JSON, or readable ones. */
export function createLogger({ level, pretty }: LoggerOptions, output: DestinationStream): Logger {
  const base = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (!pretty) return pino({ ...base, formatters: { level: (label) => ({ level: label }) } }, output);
  // Not pino's transport: that writes to standard output by itself, in a thread, and a full disk ends the process.
  // It takes 27 ms to load, and only development needs it.
  const { prettyFactory }: { prettyFactory: typeof PrettyFactory } = createRequire(import.meta.url)('pino-pretty');
  const readable = prettyFactory({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' });
  return pino(base, { write: (line) => output.write(readable(line)) });
}
