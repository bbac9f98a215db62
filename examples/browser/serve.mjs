// Serves the page on loopback, and nothing else:  node examples/browser/serve.mjs [port]
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

// The client is served from node_modules, not from a CDN.
const client = new URL('../../node_modules/socket.io-client/dist/socket.io.esm.min.js', import.meta.url);
const files = new Map([
  ['/', { type: 'text/html', path: new URL('./index.html', import.meta.url) }],
  ['/app.js', { type: 'text/javascript', path: new URL('./app.js', import.meta.url) }],
  ['/socket.io.esm.min.js', { type: 'text/javascript', path: client }],
]);

const headers = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  // Any gateway may be called; scripts are loaded from this server only, and inline ones never run.
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; connect-src http: https: ws: wss:",
};

const server = createServer((request, response) => {
  const file = files.get(request.url?.split('?')[0] ?? '');
  if (!file) return response.writeHead(404, headers).end('not here');
  response.writeHead(200, { ...headers, 'Content-Type': `${file.type}; charset=utf-8` }).end(readFileSync(file.path));
});

server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () => {
  const origin = `http://127.0.0.1:${server.address().port}`;
  process.stdout.write(`${origin}\nStart the gateway with CORS_ORIGIN=${origin}\n`);
});
