/** Not the whole error: the Redis client attaches the command, with AUTH's secrets or a message in its arguments. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message || error.name;
  const server: unknown = Reflect.get(error, 'server');
  return typeof server === 'string' ? `${server}: ${text}` : text;
}
