import express, { Router, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import type { ActivityAnswer, ErrorAnswer, ExplainAnswer, PlanAnswer, PublishAnswer } from '../admin/api.ts';
import type { Refusal, Reply } from '../admin/reply.ts';
import { streamFeed, type OpenFeed } from './admin-feed.ts';
import { bodyProblem } from './body-problem.ts';

/** The answers that `/admin/*` needs. */
export interface AdminApi {
  plan(): PlanAnswer;
  /** Changes with the answer of `plan`. */
  planVersion(): string;
  activity(): Promise<ActivityAnswer>;
  /** @param host host and port that clients connect to. */
  asyncapi(host: string): object;
  explain(body: unknown): Reply<ExplainAnswer>;
  publish(body: unknown): Promise<Reply<PublishAnswer>>;
  readonly openFeed: OpenFeed;
}

interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  answer(api: AdminApi, request: Request, response: Response): void | Promise<void>;
}

/** docs/admin-api.md documents each; a test compares the two lists. */
export const ADMIN_ENDPOINTS: readonly Endpoint[] = [
  { method: 'GET', path: '/admin/plan', answer: answerPlan },
  {
    method: 'GET',
    path: '/admin/activity',
    answer: async (api, _, response) => void response.json(await api.activity()),
  },
  { method: 'GET', path: '/admin/feed', answer: (api, ...exchange) => streamFeed(api.openFeed, ...exchange) },
  {
    method: 'GET',
    path: '/admin/asyncapi',
    answer: (api, request, response) => void response.json(api.asyncapi(hostOf(request))),
  },
  {
    method: 'POST',
    path: '/admin/explain',
    answer: (api, request, response) => reply(response, api.explain(request.body)),
  },
  {
    method: 'POST',
    path: '/admin/publish',
    answer: async (api, request, response) => reply(response, await api.publish(request.body)),
  },
];

/** Answers 304 where the reader has the plan already: with thousands of routes it is megabytes. */
function answerPlan(api: AdminApi, request: Request, response: Response): void {
  const tag = `"${api.planVersion()}"`;
  response.set('ETag', tag);
  // Express's `fresh` is false for pages that also send "no-cache", as the console does.
  if (request.headers['if-none-match'] === tag) response.status(304).end();
  else response.json(api.plan());
}

/** @param maxMessageBytes size of the largest message; a body may hold it with every character escaped by one more. */
export function createAdminRoutes(api: AdminApi, guard: RequestHandler, maxMessageBytes: number): Router {
  const router = Router();
  const json = express.json({ limit: 2 * maxMessageBytes + 4096, strict: false, inflate: false });
  router.use('/admin', onlyForOwnPages, guard);
  for (const { method, path, answer } of ADMIN_ENDPOINTS) {
    const handler: RequestHandler = (request, response) => answer(api, request, response);
    if (method === 'GET') router.get(path, handler);
    else router.post(path, onlyJson, json, handler);
    router.all(path, (request, response) =>
      fail(response.set('Allow', method), 405, { error: `found ${request.method}; allowed is ${method}` }),
    );
  }
  router.use('/admin', (error: unknown, _request: Request, response: Response, next: NextFunction) => {
    const fault = bodyProblem(error);
    if (fault === undefined || response.headersSent) next(error);
    else fail(response, fault.status, { error: fault.error });
  });
  return router;
}

const onlyForOwnPages: RequestHandler = (_request, response, next) => {
  response.set('Cross-Origin-Resource-Policy', 'same-origin');
  next();
};

const onlyJson: RequestHandler = (request, response, next) => {
  if (request.is('application/json') !== false) return next();
  const found = request.headers['content-type'] ?? 'none';
  fail(response, 415, { error: `found Content-Type ${found}; allowed is application/json` });
};

const STATUS = {
  malformed: 400,
  'not-in-production': 403,
  'would-be-dropped': 422,
  'redis-failed': 502,
} as const satisfies Record<Refusal, number>;

function reply(response: Response, given: Reply<object>): void {
  if ('answer' in given) response.json(given.answer);
  else fail(response, STATUS[given.refusal], given.error);
}

function fail(response: Response, status: number, error: ErrorAnswer): void {
  response.status(status).json(error);
}

/** Returns the Host of the request where it is a plain host and port. */
function hostOf({ headers: { host = '' } }: Request): string {
  return /^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i.test(host) ? host : 'localhost:3000';
}
