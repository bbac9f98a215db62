import { styleText } from 'node:util';
import type { Command } from 'commander';
import type { ExitCode } from './exit-codes.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

export type StopSignal = 'SIGTERM' | 'SIGINT';

/** What a command may touch of the process it runs in; a test gives it something else. */
export interface Terminal {
  readonly environment: Variables;
  /** What the file `.env` says now; empty without one. */
  environmentFile(): Variables;
  /** Signals that came while the program was being loaded. */
  readonly earlySignals: readonly StopSignal[];
  /** Asks whoever sits there, who may stop answering; absent where nobody sits. */
  readonly ask?: (questions: readonly string[]) => Promise<string[]>;
  /** A line to standard output: what was asked for. */
  print(line: string): void;
  /** A line to standard error: what is said about it. */
  printError(line: string): void;
  /** The process ends with it, once nothing is left to do. */
  exitWith(code: ExitCode): void;
}

/** Adds a sub-command with its arguments, options and help. */
export type Register = (program: Command, terminal: Terminal) => void;

/** Colours reach terminals only, and none where NO_COLOR is set. */
export function paint(colour: Parameters<typeof styleText>[0], text: string): string {
  return styleText(colour, text, { stream: process.stdout });
}
