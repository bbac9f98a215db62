import type {
  ActivityAnswer,
  ErrorAnswer,
  ExplainAnswer,
  ExplainQuestion,
  FeedLine,
  PlanAnswer,
  PublishAnswer,
  PublishQuestion,
} from '../../../src/admin/api.ts';
import { jsonLines } from './json-lines.ts';

/** What `/admin/*` offers, with the token of this page. */
export interface AdminApi {
  plan(signal?: AbortSignal): Promise<PlanAnswer>;
  activity(signal?: AbortSignal): Promise<ActivityAnswer>;
  asyncapi<T>(signal?: AbortSignal): Promise<T>;
  explain(question: ExplainQuestion): Promise<ExplainAnswer>;
  publish(question: PublishQuestion): Promise<PublishAnswer>;
  feed(options: { payloads: boolean; opened: () => void }, signal: AbortSignal): AsyncGenerator<FeedLine>;
}

/** The gateway said no. */
export class Refusal extends Error {
  readonly status: number;
  /** Why a publish was refused, route by route. */
  readonly drops: readonly string[];

  constructor(status: number, { error, drops = [] }: ErrorAnswer) {
    super(error);
    this.status = status;
    this.drops = drops;
  }
}

const NOT_MODIFIED = 304;

/** A sentence for people, whatever was thrown. */
export function inWords(error: unknown): string {
  if (error instanceof Refusal) return `The gateway says: ${error.message}`;
  // Browsers give no further reason for a request without an answer.
  if (error instanceof TypeError) return 'The gateway does not answer. Does it run, and is the network up?';
  return error instanceof Error ? error.message : String(error);
}

/** @param unauthorized called whenever the token, or its absence, is refused. */
export function createAdminApi(token: string | undefined, unauthorized: () => void): AdminApi {
  const ask = async (path: string, options: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(options.headers);
    if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
    // Relative to the page: a proxy may take a prefix away.
    const response = await fetch(`admin/${path}`, { ...options, headers });
    if (response.ok || response.status === NOT_MODIFIED) return response;
    if (response.status === 401) unauthorized();
    throw new Refusal(response.status, await errorOf(response));
  };
  const get = async <T>(path: string, signal?: AbortSignal): Promise<T> => {
    const response = await ask(path, signal && { signal });
    return response.json();
  };
  const post = async <T>(path: string, question: object): Promise<T> => {
    const headers = { 'Content-Type': 'application/json' };
    const response = await ask(path, { method: 'POST', headers, body: JSON.stringify(question) });
    return response.json();
  };
  let known: { readonly plan: PlanAnswer; readonly tag: string } | undefined;
  const plan = async (signal?: AbortSignal): Promise<PlanAnswer> => {
    const headers = known && { 'If-None-Match': known.tag };
    const response = await ask('plan', { ...(signal && { signal }), ...(headers && { headers }) });
    if (known && response.status === NOT_MODIFIED) return known.plan;
    known = { plan: await response.json(), tag: response.headers.get('etag') ?? '' };
    return known.plan;
  };
  return {
    plan,
    activity: (signal) => get('activity', signal),
    asyncapi: (signal) => get('asyncapi', signal),
    explain: (question) => post('explain', question),
    publish: (question) => post('publish', question),
    async *feed({ payloads, opened }, signal) {
      const { body } = await ask(payloads ? 'feed?payloads=1' : 'feed', { signal });
      opened();
      if (body) yield* jsonLines<FeedLine>(body);
    },
  };
}

async function errorOf(response: Response): Promise<ErrorAnswer> {
  // A proxy in between may answer with a page of its own.
  if (!response.headers.get('content-type')?.includes('json')) return { error: `HTTP status ${response.status}` };
  return response.json();
}
