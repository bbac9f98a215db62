import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const DOCKERFILE = read('Dockerfile');

test('the image runs the Node that the tests run on', () => {
  const { version }: { version: string } = JSON.parse(read('tools/node-runtime/package.json'));

  expect(/^FROM node:([\d.]+)-/m.exec(DOCKERFILE)?.[1]).toBe(version);
});

test('everything that is copied into the image exists, and .dockerignore lets in that and nothing else', () => {
  const copies = [...DOCKERFILE.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
    sources.split(' '),
  );
  const letIn = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path);

  expect(copies.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
  expect(new Set(letIn)).toEqual(new Set(copies));
});
