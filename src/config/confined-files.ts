import { isUtf8 } from 'node:buffer';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
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
}

const MAX_BYTES = 8 * 1024 * 1024;

export function confineTo(root: string): ConfinedFiles {
  const realRoot = realPath(root) ?? resolve(root);
  return { read: (path) => readConfined(realRoot, path) };
}

/** The root where none is named: the parent of the routes file's folder, links followed as Kubernetes mounts need it. */
export function rootFor(routesFile: string): string {
  return dirname(dirname(resolve(routesFile)));
}

function readConfined(root: string, path: string): FileReading {
  const real = realPath(path);
  if (real === undefined) return { code: 'file-unreadable', message: 'there is no such file' };
  if (relative(root, real).split(sep)[0] === '..') {
    return {
      code: 'file-outside-root',
      message: `lies outside of ${root}, links followed; move it there or set CONFIG_ROOT`,
    };
  }
  try {
    return readText(real);
  } catch (error) {
    return {
      code: 'file-unreadable',
      message: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function readText(path: string): FileReading {
  const stats = statSync(path);
  if (!stats.isFile()) return { code: 'file-unreadable', message: 'is not a file' };
  if (stats.size > MAX_BYTES) {
    return { code: 'file-too-large', message: `has ${stats.size} bytes; at most ${MAX_BYTES} are read` };
  }
  const bytes = readFileSync(path);
  if (!isUtf8(bytes) || bytes.includes(0))
    return { code: 'file-not-utf8', message: 'is not text in UTF-8; save it as UTF-8' };
  return { text: bytes.toString('utf8').replace(/^\uFEFF/, '') };
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
