import { createHash, timingSafeEqual } from 'node:crypto';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { idOnWire } from '../routes/user-id.ts';
import { judgeHealth, type Probes } from './health.ts';

/** The metrics as Prometheus reads them. */
export interface Exposition {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface HttpAppOptions {
  readonly probes: Probes;
  readonly exposition: Exposition;
  /** Shows user ids to anyone; for development. */
  readonly showUsers: boolean;
  /** Shows user ids to whoever has it. */
  readonly adminToken: string | undefined;
  readonly failed: (error: unknown) => void;
}

/** Everything but `/socket.io/`. */
export function createHttpApp(options: HttpAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Not the nested parser: no query of ours has brackets.
  app.set('query parser', 'simple');
  app.use((_request, response, next) => {
    response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    next();
  });
  addHealth(app, options);
  addMetrics(app, options);
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

function addMetrics(app: Express, { probes, exposition, showUsers, adminToken }: HttpAppOptions): void {
  app.get('/metrics', async (request, response) => {
    if (wantsPrometheus(request)) response.type(exposition.contentType).send(await exposition.text());
    else response.json(summary(probes, showUsers || isAdmin(request, adminToken)));
  });
}

const PATHS = ['/health', '/health/live', '/health/ready', '/metrics', '/socket.io/'];

function addRefusals(app: Express, { failed }: HttpAppOptions): void {
  app.use((_request, response) => {
    response.status(404).json({ error: 'not found', paths: PATHS });
  });
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    const malformed = error instanceof URIError;
    if (!malformed) failed(error);
    if (response.headersSent) return next(error);
    response.status(malformed ? 400 : 500).json({ error: malformed ? 'malformed path' : 'internal error' });
  });
}

/** Prometheus says which text it reads; browsers and curl do not and get the JSON they always got. */
function wantsPrometheus(request: Request): boolean {
  const accept = request.headers.accept ?? '';
  return request.query['format'] === 'prometheus' || /application\/openmetrics-text|text\/plain/.test(accept);
}

function summary(probes: Probes, withUsers: boolean): object {
  const users = probes.users();
  return {
    totalConnections: probes.connections(),
    totalUsers: users.length,
    ...(withUsers && { usersList: users.map(idOnWire) }),
    uptime: process.uptime(),
    memory: process.memoryUsage(),
    timestamp: new Date().toISOString(),
  };
}

function isAdmin(request: Request, adminToken: string | undefined): boolean {
  const given = /^bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return adminToken !== undefined && given !== undefined && timingSafeEqual(digest(given), digest(adminToken));
}

/** Equal lengths, so that comparing tells nothing of the token's. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
