import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { FindingCode } from './findings.ts';

export interface FileRefusal {
  readonly code: FindingCode;
  /** What is wrong, as the end of a sentence that begins with the file. */
  readonly message: string;
}

export type FileReading = { readonly text: string } | FileRefusal;

/** Reads files that lie, links followed, under one root; everything else is refused. */
export interface ConfinedFiles {
  /** @param path absolute, or relative to the current folder. */
  read(path: string): FileReading;
  /** The JSON files beside this one: in the folder of the root that holds it, and in that one's folders. */
  jsonFilesAround(path: string): readonly string[];
}

/** Room for 20,000 routes with descriptions; reading more would take the parser many seconds. */
const MAX_BYTES = 4 * 1024 * 1024;

export function confineTo(root: string): ConfinedFiles {
  const real = realPath(root);
  const realRoot = typeof real === 'string' ? real : resolve(root);
  return {
    read: (path) => readConfined(realRoot, path),
    // Under the name that the root was given: one file must not have two.
    jsonFilesAround: (path) =>
      jsonFilesAround(realRoot, path).map((one) => join(resolve(root), relative(realRoot, one))),
  };
}

/** The root where none is named: the parent of the routes file's folder, links followed as Kubernetes mounts need it. */
export function rootFor(routesFile: string): string {
  return dirname(dirname(resolve(routesFile)));
}

/** As it is shown beyond this machine: where a server keeps its files is nobody's matter. */
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
        "lies outside of the root (CONFIG_ROOT, else the parent of the routes file's folder), links followed; move it there or set CONFIG_ROOT",
    };
  }
  try {
    return readText(real);
  } catch (error) {
    return unreadable(error);
  }
}

/** Enough for any folder of schemas; a root that holds a whole disk must not be read to its end. */
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
    // A folder that may not be read, or that is gone by now, holds nothing for us.
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  }
}

function readText(path: string): FileReading {
  const stats = statSync(path);
  if (!stats.isFile()) return { code: 'file-unreadable', message: 'is not a file; name one' };
  if (stats.size > MAX_BYTES) {
    return { code: 'file-too-large', message: `has ${stats.size} bytes; at most ${MAX_BYTES} are read, split it` };
  }
  const bytes = readFileSync(path);
  if (!isUtf8(bytes) || bytes.includes(0))
    return { code: 'file-not-utf8', message: 'is not text in UTF-8; save it as UTF-8' };
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
  EACCES: 'may not be read by the user that the gateway runs as; change its permissions',
  ELOOP: 'is a link that leads back to itself',
};

function unreadable(error: unknown): FileRefusal {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  return { code: 'file-unreadable', message: WORDS[String(error.code)] ?? `cannot be read (${String(error.code)})` };
}
