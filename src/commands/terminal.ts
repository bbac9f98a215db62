import { styleText } from 'node:util';
import type { Command } from 'commander';
import type { ExitCode } from './exit-codes.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

export type StopSignal = 'SIGTERM' | 'SIGINT';

/** The parts of the process that a command may use; tests replace them. */
export interface Terminal {
  readonly environment: Variables;
  /** Reads the file `.env`; empty without one. */
  environmentFile(): Variables;
  /** Signals received while the program was loading. */
  readonly earlySignals: readonly StopSignal[];
  /** Id of the process that started this one, as it was first seen. */
  readonly parentPid: number;
  /** Prompts the user, who may stop answering; absent without a terminal. */
  readonly ask?: (questions: readonly string[]) => Promise<string[]>;
  /** Prints a line of the result to standard output. */
  print(line: string): void;
  /** Prints a line about the result to standard error. */
  printError(line: string): void;
  /** Sets the exit code of the process. */
  exitWith(code: ExitCode): void;
}

/** Adds arguments, options and the action to a command; the command table holds its name and description. */
export type Register = (command: Command, terminal: Terminal) => void;

/** Colours a text for a terminal; not where standard output is no terminal or NO_COLOR is set. */
export function paint(colour: Parameters<typeof styleText>[0], text: string): string {
  return styleText(colour, text, { stream: process.stdout });
}
