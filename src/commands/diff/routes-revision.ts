import { existsSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { execFileSync } from 'node:child_process';
import type { Finding } from '../../config/text/findings.ts';
import { rootFor } from '../../config/text/confined-files.ts';
import { loadRoutes } from '../../config/routes/load-routes.ts';
import type { RoutesConfig } from '../../config/routes/route-config.ts';

/** Routes and schemas as they are in a file, or were in a revision. */
export interface RoutesRevision {
  readonly config?: RoutesConfig;
  readonly findings: readonly Finding[];
  /** Why there is nothing to load. */
  readonly problem?: string;
}

/**
 * @param name a routes file, a git revision, or `revision:path`.
 * @param fileOf returns the routes file of a revision that names none.
 * @param root folder that must hold the routes file and its schemas.
 */
export function loadRoutesRevision(name: string, fileOf: () => string, root: string | undefined): RoutesRevision {
  if (isFile(name)) return loadRoutes(name, root);
  const [revision = '', ...path] = name.split(':');
  const commit = git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  if (commit === undefined || revision === '')
    return { findings: [], problem: `${name} is neither a routes file nor a git revision` };
  const top = topOfRepository();
  // As git has it: a path behind the colon counts from the top.
  const file = path.length > 0 ? join(top, path.join(':')) : placeIn(commit, top, fileOf());
  return loadRevision(commit, name, top, file, root);
}

/** The routes file that a version names; nothing of a bare revision, or of a file that no revision here can have. */
export function fileNamedBy(name: string): string | undefined {
  const top = topOfRepository();
  if (isFile(name)) return isInside(top, realPath(name)) ? realPath(name) : undefined;
  const [, ...path] = name.split(':');
  return path.length > 0 ? join(top, path.join(':')) : undefined;
}

function isFile(name: string): boolean {
  return existsSync(name) && statSync(name).isFile();
}

function topOfRepository(): string {
  return git(['rev-parse', '--show-toplevel']) ?? '.';
}

/** From here, as paths are; what the revision has not there may be written as from the top. */
function placeIn(commit: string, top: string, file: string): string {
  const [here, fromTop] = [realPath(file), resolve(top, file)];
  return !holds(commit, top, here) && holds(commit, top, fromTop) ? fromTop : here;
}

function holds(commit: string, top: string, file: string): boolean {
  return git(['-C', top, 'cat-file', '-e', `${commit}:${inGit(relative(top, file))}`]) !== undefined;
}

function inGit(path: string): string {
  return path.split(sep).join('/');
}

/** Writes the tree of a revision into a folder of its own, for as long as it is read. */
function loadRevision(
  commit: string,
  name: string,
  top: string,
  file: string,
  root: string | undefined,
): RoutesRevision {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-diff-'));
  try {
    const base = insideOf(top, root === undefined ? rootFor(file) : realPath(root));
    const tree = join(folder, 'tree');
    const copy = join(tree, relative(base, file));
    checkOut(commit, { top, base }, tree, join(folder, 'index'));
    const { config, findings } = loadRoutes(copy, tree);
    const named = findings.map((one) => ({ ...one, file: nameIn(name, one.file, tree) }));
    return { findings: named, ...(config && { config }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Uses an index of its own: the index of the repository belongs to the user. */
function checkOut(commit: string, { top, base }: { top: string; base: string }, to: string, index: string): void {
  const environment = { ...process.env, GIT_INDEX_FILE: index };
  const folder = inGit(relative(top, base));
  // From the top: elsewhere git leaves out what is not below. A folder that is not there leaves the tree empty.
  git(['-C', top, 'read-tree', folder === '' ? commit : `${commit}:${folder}`], environment);
  git(['-C', top, 'checkout-index', '--all', '--force', `--prefix=${to}/`], environment);
}

function insideOf(top: string, folder: string): string {
  return isInside(top, folder) ? folder : top;
}

function isInside(top: string, path: string): boolean {
  return !relative(top, path).startsWith('..');
}

function nameIn(version: string, file: string, tree: string): string {
  return `${version.split(':')[0]}:${relative(tree, resolve(file))}`;
}

/** Git reports real paths; where the file does not exist now, its folder may. */
function realPath(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  const parent = dirname(absolute);
  return parent === absolute ? absolute : join(realPath(parent), relative(parent, absolute));
}

/** What git answers; nothing where it refuses. */
function git(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): string | undefined {
  try {
    return execFileSync('git', args, {
      encoding: 'utf8',
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch (error) {
    if (error instanceof Error && ('status' in error || 'code' in error)) return undefined;
    throw error;
  }
}
