import type { ExplainAnswer, ExplainQuestion } from '../admin/api.ts';
import { isObject } from '../schema/json.ts';

/** Milliseconds for the whole request: a user waits at the terminal. */
const DEADLINE = 5000;

/** What a running gateway explains, or why it does not. */
export async function requestExplanation(
  url: string,
  token: string | undefined,
  question: ExplainQuestion,
): Promise<ExplainAnswer | { readonly problem: string }> {
  try {
    const response = await fetch(`${url}/admin/explain`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(token !== undefined && { Authorization: `Bearer ${token}` }) },
      body: JSON.stringify(question),
      // Wherever it leads, the token is not for there.
      redirect: 'manual',
      signal: AbortSignal.timeout(DEADLINE),
    });
    const answer = parse(await response.text());
    if (response.ok && isExplainAnswer(answer)) return answer;
    return { problem: whyNot(response.status, answer, token) };
  } catch (error) {
    return { problem: whyUnreachable(error) };
  }
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** As far as is printed. */
function isExplainAnswer(value: unknown): value is ExplainAnswer {
  if (!isObject(value) || !isObject(value['plan']) || !isObject(value['sockets'])) return false;
  const { explanation } = value;
  if (!isObject(explanation) || !isObject(explanation['message']) || !Array.isArray(explanation['routes']))
    return false;
  return explanation['routes'].every((route: unknown) => isObject(route) && isObject(route['result']));
}

function whyNot(status: number, answer: unknown, token: string | undefined): string {
  const error = isObject(answer) && typeof answer['error'] === 'string' ? answer['error'] : undefined;
  if (status === 401 && error !== undefined)
    return token === undefined ? 'it wants its admin token: set ADMIN_TOKEN' : 'it has another ADMIN_TOKEN';
  if (status === 404 && isObject(answer) && Array.isArray(answer['paths']))
    return 'it has no admin API: in production that takes an ADMIN_TOKEN in its environment';
  if (error !== undefined && status >= 400 && status < 500) return error;
  return `it does not answer as a gateway does (status ${status})`;
}

/** The error of fetch is always "fetch failed"; its cause says why. */
function whyUnreachable(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  if (error.name === 'TimeoutError') return `no answer within ${DEADLINE / 1000} s`;
  const { cause } = error;
  if (!(cause instanceof Error)) return `it cannot be reached: ${error.message}`;
  const code = 'code' in cause ? String(cause.code) : '';
  return `it cannot be reached: ${cause.message || code}`;
}
