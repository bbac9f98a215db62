import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import express, { Router, type RequestHandler } from 'express';

/** Paths of the pages, and their files. */
const PAGES = { '/console': 'console.html', '/docs': 'docs.html' } as const;

export const PAGE_PATHS = Object.keys(PAGES);

/** Folder of the built pages; the same for code that runs from src and from dist. */
const BUILT = fileURLToPath(new URL('../../dist/console/', import.meta.url));

// Scripts and styles load from this gateway only, and pages connect to it only.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

const NOT_BUILT = 'The pages are not built. Run: npm run build:console\n';

/**
 * Serves `/console` and `/docs`. Their assets have relative paths, so that a proxy may serve them below a prefix. The pages
 * hold no data: they fetch it from `/admin/*`, which checks access.
 */
export function createPages(folder = BUILT): Router {
  const router = Router();
  for (const [path, file] of Object.entries(PAGES)) router.get(path, page(folder, file));
  const options = { index: false, redirect: false, setHeaders: cacheForever };
  router.use('/console/assets', express.static(`${folder}/assets`, options));
  return router;
}

/** Assets are cached forever: their names change with their contents. */
function cacheForever(response: ServerResponse): void {
  response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
}

function page(root: string, file: string): RequestHandler {
  return (request, response, next) => {
    // With a trailing slash, relative paths would resolve below the page.
    if (request.path.endsWith('/')) return response.redirect(308, `..${request.path.slice(0, -1)}`);
    response.set(HEADERS).sendFile(file, { root }, (error?: NodeJS.ErrnoException) => {
      if (error === undefined || response.headersSent) return;
      if (error.code === 'ENOENT') response.status(503).type('text').send(NOT_BUILT);
      else next(error);
    });
  };
}
