/** Returns the text of an error alone: the Redis client attaches the command, whose arguments may hold a secret or a message. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message || error.name;
  const server: unknown = Reflect.get(error, 'server');
  return typeof server === 'string' ? `${server}: ${text}` : text;
}
