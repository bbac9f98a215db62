import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { UserIds } from '../routes/user-id.ts';
import { isBearer, type AdminAccess } from './admin-access.ts';
import { ADMIN_ENDPOINTS, createAdminRoutes, type AdminApi } from './admin-routes.ts';
import { judgeHealth, type Probes } from './health.ts';
import { createPages, PAGE_PATHS } from './pages.ts';

interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

/** The metrics in the two formats that Prometheus reads. */
export interface Exposition {
  prometheus(): Promise<MetricsPage>;
  openMetrics(): Promise<MetricsPage>;
}

export interface HttpAppOptions {
  readonly probes: Probes;
  readonly exposition: Exposition;
  /** Whether `/metrics` shows user ids to every client; for development. */
  readonly showUsers: boolean;
  /** Requests with this token as Bearer get user ids in `/metrics`. */
  readonly adminToken: string | undefined;
  readonly adminAccess: AdminAccess;
  readonly admin: AdminApi;
  readonly maxMessageBytes: number;
  /** Path of Socket.IO. */
  readonly socketPath: string;
  readonly userIds: UserIds;
  readonly failed: (error: unknown) => void;
}

/** Creates the HTTP application: health, metrics, admin, console and error answers; Socket.IO is attached elsewhere. */
export function createHttpApp(options: HttpAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // The simple parser is enough: no query of the gateway is nested.
  app.set('query parser', 'simple');
  app.use((_request, response, next) => {
    response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    next();
  });
  addHealth(app, options);
  addMetrics(app, options);
  addAdmin(app, options);
  addRefusals(app, options);
  return app;
}

function addHealth(app: Express, { probes }: HttpAppOptions): void {
  app.get(['/health', '/health/ready'], (_request, response) => {
    const { ready, body } = judgeHealth(probes);
    response.status(ready ? 200 : 503).json(body);
  });
  app.get('/health/live', (_request, response) => {
    response.json({ status: 'alive' });
  });
}

function addMetrics(app: Express, { probes, exposition, showUsers, adminToken, userIds }: HttpAppOptions): void {
  app.get('/metrics', async (request, response) => {
    const form = metricsForm(request);
    if (form === 'json') {
      response.json(summary(probes, showUsers || isBearer(request, adminToken) ? userIds : undefined));
    } else {
      const { contentType, text } = await exposition[form]();
      response.type(contentType).send(text);
    }
  });
}

function addAdmin(app: Express, { admin, adminAccess: { served, guard }, maxMessageBytes }: HttpAppOptions): void {
  if (served) app.use(createAdminRoutes(admin, guard, maxMessageBytes), createPages());
}

const PATHS = ['/health', '/health/live', '/health/ready', '/metrics'];

function addRefusals(app: Express, { failed, adminAccess, socketPath }: HttpAppOptions): void {
  const paths = [
    ...PATHS,
    socketPath,
    ...(adminAccess.served ? [...ADMIN_ENDPOINTS.map(({ path }) => path), ...PAGE_PATHS] : []),
  ];
  app.use((_request, response) => {
    response.status(404).json({ error: 'not found', paths });
  });
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    const malformed = error instanceof URIError;
    if (!malformed) failed(error);
    if (response.headersSent) return next(error);
    response.status(malformed ? 400 : 500).json({ error: malformed ? 'malformed path' : 'internal error' });
  });
}

/** Prometheus names its formats in Accept, OpenMetrics first; browsers and curl do not and get JSON. */
function metricsForm(request: Request): keyof Exposition | 'json' {
  const accept = request.headers.accept ?? '';
  if (request.query['format'] === 'prometheus') return 'prometheus';
  if (accept.includes('application/openmetrics-text')) return 'openMetrics';
  return accept.includes('text/plain') ? 'prometheus' : 'json';
}

function summary(probes: Probes, listed: UserIds | undefined): object {
  const users = probes.users();
  return {
    totalConnections: probes.connections(),
    totalUsers: users.length,
    ...(listed && { usersList: users.map(listed.onWire) }),
    uptime: process.uptime(),
    memory: process.memoryUsage(),
    timestamp: new Date().toISOString(),
  };
}
