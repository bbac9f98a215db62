/** Not the whole error: the Redis client attaches the command, with AUTH's secrets or a message in its arguments. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
