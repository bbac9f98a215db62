import { constants } from 'node:os';

/** Codes of sysexits.h, so that a supervisor can distinguish "restart" from "fix the file first". */
export const EXIT = {
  ok: 0,
  /** Something failed at run time. */
  failed: 1,
  /** The command line is wrong. */
  usage: 64,
  /** The routes file, a schema or the environment is wrong. */
  config: 78,
} as const;

/** As a shell has it for a program that a signal ended. */
export const exitCodeOf = (signal: 'SIGTERM' | 'SIGINT'): number => 128 + constants.signals[signal];

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
