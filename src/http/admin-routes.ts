import { Router, type RequestHandler } from 'express';
import type { PlanAnswer } from '../admin/api.ts';

/** What `/admin/*` asks. */
export interface AdminApi {
  plan(): PlanAnswer;
}

interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  answer(api: AdminApi): RequestHandler;
}

/** Documented one by one in docs/admin-api.md; a test compares the two lists. */
export const ADMIN_ENDPOINTS: readonly Endpoint[] = [
  { method: 'GET', path: '/admin/plan', answer: (api) => (_request, response) => void response.json(api.plan()) },
];

export function createAdminRoutes(api: AdminApi, guard: RequestHandler): Router {
  const router = Router();
  router.use('/admin', guard, (_request, response, next) => {
    response.set('Cross-Origin-Resource-Policy', 'same-origin');
    next();
  });
  for (const { method, path, answer } of ADMIN_ENDPOINTS) {
    router[method === 'GET' ? 'get' : 'post'](path, answer(api));
    router.all(path, (request, response) => {
      const error = `found ${request.method}; allowed is ${method}`;
      response.status(405).set('Allow', method).json({ error });
    });
  }
  return router;
}
