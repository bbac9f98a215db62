import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createPages } from '../../src/http/pages.ts';
import { ask } from '../sockets/raw-http.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const ADMIN_TOKEN = 'an-admin-token-of-some-length';
/** Nobody is asked here. */
const NOWHERE = { REDIS_URL: 'redis://127.0.0.1:9', AUTH_SERVICE_ADDR: '127.0.0.1:9' };
const PAGES = ['/console', '/docs'];
const ASSETS = new URL('../../dist/console/assets/', import.meta.url);

let gateway: TestGateway;

beforeAll(async () => {
  let stop = async (): Promise<void> => {};
  gateway = await startGateway({ ...NOWHERE, ADMIN_TOKEN }, (stopping) => void (stop = stopping));
  return () => stop();
});

describe.each(PAGES)('%s', (path) => {
  test('is a page without data, for every request, and is not cached', async () => {
    const { status, headers, body } = await ask(gateway.url, path);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    expect(body).toContain('<title>');
  });

  test('runs scripts and styles of its own origin only, and none inside itself', async () => {
    const { headers, body } = await ask(gateway.url, path);
    expect(headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(body).not.toMatch(/<style|style=|<script(?![^>]* src="console\/assets\/)| on\w+=/);
  });

  test('has a HEAD, and no POST', async () => {
    const head = await ask(gateway.url, path, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(Number(head.headers['content-length'])).toBeGreaterThan(100);
    expect((await ask(gateway.url, path, { method: 'POST' })).status).toBe(404);
  });
});

describe('the assets', () => {
  test('are cached for ever: their names depend on their contents', async () => {
    for (const name of readdirSync(ASSETS)) {
      const { status, headers, body } = await ask(gateway.url, `/console/assets/${name}`);
      expect({ name, status }).toEqual({ name, status: 200 });
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(body).toBe(readFileSync(new URL(name, ASSETS), 'utf8'));
    }
  });

  test.each([
    '/console/assets',
    '/console/assets/',
    '/console/assets/../console.html',
    '/console/assets/..%2fconsole.html',
    '/console/assets/%2e%2e/console.html',
    '/console/assets/..%5cconsole.html',
    '/console/../package.json',
    '/console/console.html',
    '/console/assets/%00',
    '/console/assets/%zz',
    '/console/assets/.hidden',
  ])('%s is none of them', async (path) => {
    const { status, body } = await askAsWritten(path);
    expect(status).toBe(404);
    expect(body).not.toContain('<title>');
  });
});

test('pages that were not built say how to build them', async () => {
  const server = createServer(express().use(createPages('/nowhere'))).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${portOf(server.address())}`;
  for (const path of PAGES) {
    const { status, body } = await ask(url, path);
    expect({ status, body }).toEqual({
      status: 503,
      body: 'The pages are not built. Run: npm run build:console\n',
    });
  }
});

/** Nothing tidies the path on its way. */
async function askAsWritten(path: string): Promise<{ status: number; body: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ port: gateway.port, host: '127.0.0.1', path }, resolve).on('error', reject).end();
  });
  return { status: response.statusCode ?? 0, body: await text(response) };
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
