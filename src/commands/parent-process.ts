import { readFileSync } from 'node:fs';

const LOOK_MS = 500;
/** Programs that adopt a process whose parent has ended, where PID 1 does not. */
const ADOPTERS: ReadonlySet<string> = new Set(['systemd', 'launchd', 'init']);
/** Programs that start npm scripts. Where one of them has PID 1, as in a container, its children are no orphans. */
const STARTERS = /^(npm|npx|node|pnpm|yarn|bun|sh|bash|dash|ash|zsh|busybox)\b/;

/**
 * npm starts scripts and `npx` by a shell, and passes a SIGTERM on to that shell alone: it dies, npm follows, and what the
 * shell has started would live on and hold its port.
 *
 * @param parent id of the parent process, read before any module was loaded: loading takes a second.
 */
export function onParentEnded(parent: number, ended: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const hasEnded = (): boolean => process.ppid !== parent || isAdopter(parent);
  if (hasEnded()) return ended();
  const looking = setInterval(() => {
    if (!hasEnded()) return;
    clearInterval(looking);
    ended();
  }, LOOK_MS).unref();
}

/** Whether the first parent that was seen is an adopter already: the real one ended while Node was starting. */
function isAdopter(pid: number): boolean {
  if (pid === 1) return !STARTERS.test(programOf(pid) ?? '');
  return ADOPTERS.has(read(`/proc/${pid}/comm`)?.trim() ?? '');
}

/** The program of a process; of a script it is the shell, where `comm` has the name of the script. */
function programOf(pid: number): string | undefined {
  const [path] = read(`/proc/${pid}/cmdline`)?.split(/[\0 ]/, 1) ?? [];
  // Login shells have a hyphen before their name.
  return path?.split('/').at(-1)?.replace(/^-/, '');
}

/** Undefined where the system has no /proc. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
