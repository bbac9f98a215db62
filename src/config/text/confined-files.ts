import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { FindingCode } from './findings.ts';

export interface FileRefusal {
  readonly code: FindingCode;
  /** The end of a sentence that begins with the file. */
  readonly message: string;
}

export type FileReading = { readonly text: string } | FileRefusal;

/** Reads files under one root, links followed; everything else is refused. */
export interface ConfinedFiles {
  /** @param path absolute, or relative to the current folder. */
  read(path: string): FileReading;
  /** The JSON files near this one: under the root's direct sub-folder that holds it. */
  jsonFilesAround(path: string): readonly string[];
}

/** Fits 20,000 routes with descriptions; the parser would take many seconds for more. */
const MAX_BYTES = 4 * 1024 * 1024;

export function confineTo(root: string): ConfinedFiles {
  const real = realPath(root);
  const realRoot = typeof real === 'string' ? real : resolve(root);
  return {
    read: (path) => readConfined(realRoot, path),
    // Named by the root as it was given: one file must not have two names.
    jsonFilesAround: (path) =>
      jsonFilesAround(realRoot, path).map((one) => join(resolve(root), relative(realRoot, one))),
  };
}

/** The default root: the parent of the routes file's folder, links followed because Kubernetes mounts need it. */
export function rootFor(routesFile: string): string {
  return dirname(dirname(resolve(routesFile)));
}

/** Name of a file in logs and answers, without the folders of the server. */
export function fromRoot(path: string, root: string): string {
  return relative(resolve(root), resolve(path)) || '.';
}

function readConfined(root: string, path: string): FileReading {
  const real = realPath(path);
  if (typeof real !== 'string') return real;
  if (relative(root, real).split(sep)[0] === '..') {
    return {
      code: 'file-outside-root',
      message:
        "is outside of the root (CONFIG_ROOT, by default the parent of the routes file's folder), links followed; move it there or set CONFIG_ROOT",
    };
  }
  try {
    return readText(real);
  } catch (error) {
    return unreadable(error);
  }
}

/** Enough for any folder of schemas; a root may hold a whole disk, which must not be read completely. */
const MOST_FILES = 5000;

function jsonFilesAround(root: string, path: string): string[] {
  const real = realPath(path);
  const [top, ...inside] = typeof real === 'string' ? relative(root, real).split(sep) : [];
  if (top === undefined || top === '..') return [];
  const found: string[] = [];
  const folders = [inside.length === 0 ? root : join(root, top)];
  for (let folder = folders.pop(); folder !== undefined && found.length < MOST_FILES; folder = folders.pop()) {
    for (const entry of entriesOf(folder)) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      if (entry.isDirectory() && inside.length > 0) folders.push(join(folder, entry.name));
      else if (entry.name.endsWith('.json')) found.push(join(folder, entry.name));
    }
  }
  return found.toSorted();
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    // A folder that cannot be read, or was removed since, holds no schemas.
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  }
}

function readText(path: string): FileReading {
  const stats = statSync(path);
  if (!stats.isFile()) return { code: 'file-unreadable', message: 'is not a file; name a file' };
  if (stats.size > MAX_BYTES) {
    return { code: 'file-too-large', message: `has ${stats.size} bytes; at most ${MAX_BYTES} are read, split it` };
  }
  const bytes = readFileSync(path);
  if (!isUtf8(bytes) || bytes.includes(0))
    return { code: 'file-not-utf8', message: 'is not UTF-8 text; save it as UTF-8' };
  return { text: bytes.toString('utf8').replace(/^\uFEFF/, '') };
}

function realPath(path: string): string | FileRefusal {
  try {
    return realpathSync(path);
  } catch (error) {
    return unreadable(error);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist; is the path right?',
  ENOTDIR: 'does not exist: a part of its path is a file, not a folder',
  EACCES: 'cannot be read by the user that the gateway runs as; change its permissions',
  ELOOP: 'is a link that leads back to itself',
};

function unreadable(error: unknown): FileRefusal {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  return { code: 'file-unreadable', message: WORDS[String(error.code)] ?? `cannot be read (${String(error.code)})` };
}
