/** Why a body cannot be read, with a status below 500. */
export interface BodyProblem {
  readonly status: number;
  readonly error: string;
}

/** Returns undefined where the error is not from express.json. */
export function bodyProblem(error: unknown): BodyProblem | undefined {
  if (!(error instanceof Error) || !('type' in error) || !('status' in error)) return undefined;
  const { type, status } = error;
  if (typeof status !== 'number' || status >= 500) return undefined;
  if (type === 'entity.parse.failed') return { status, error: `the body is not JSON: ${error.message}` };
  if (type === 'entity.too.large') return { status, error: `the body is too large: ${limitOf(error)}` };
  return { status, error: error.message };
}

function limitOf(error: Error): string {
  const most = 'limit' in error ? `allowed are at most ${String(error.limit)} bytes` : 'less is allowed';
  return 'length' in error ? `found ${String(error.length)} bytes, ${most}` : most;
}
