import { statSync, watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** Several files are written in sequence, and a ConfigMap swap causes several events: a reload waits for quiet. */
const QUIET_MS = 100;

/** Polling finds changes without events: network disks, linked files elsewhere, replaced parent folders. */
const LOOK_EVERY_MS = 5000;

export interface FileWatch {
  /** Watches exactly these files. */
  watchFolders(files: readonly string[]): void;
  /** Watches folders again that were replaced. */
  renew(): void;
  stop(): void;
}

export interface WatchListener {
  /** A file may have changed; the caller checks. */
  changed(): void;
  /** A folder could not be watched; its files are polled. */
  failed(folder: string, error: Error): void;
  /** A watched folder was removed or replaced. */
  lost(folder: string): void;
  /** The folder exists again and is watched. */
  found(folder: string): void;
}

interface Watched {
  /** Device and inode: a replaced folder has the same name, and the old watch reports nothing. */
  readonly identity: string | undefined;
  readonly watcher: FSWatcher | undefined;
  /** Whether the folder was moved or removed: a new one may have the same inode. */
  ended: boolean;
}

/**
 * Watches folders instead of files: an editor's rename or a ConfigMap's symlink swap replaces a file, and its watch reports
 * nothing afterwards. The same happens to replaced folders, so their parents are watched too.
 */
export function createFileWatch(listener: WatchListener): FileWatch {
  let files: readonly string[] = [];
  let seen: Promise<string> | undefined;
  let quiet: NodeJS.Timeout | undefined;
  let looking: NodeJS.Timeout | undefined;
  const touched = (): void => {
    clearTimeout(quiet);
    quiet = setTimeout(read, QUIET_MS);
  };
  const folders = watchFolders(listener, touched);

  function read(): void {
    // Runs before the files are read, so that a later change is seen as one.
    seen = stateOf(files);
    folders.renew();
    clearTimeout(quiet);
    listener.changed();
  }

  async function look(): Promise<void> {
    folders.renew();
    const before = seen;
    const now = await stateOf(files);
    if (before === seen && now !== (await before)) touched();
  }

  return {
    watchFolders(wanted) {
      files = wanted;
      seen = stateOf(files);
      folders.watchFolders(new Set(wanted.map((file) => dirname(file))));
      looking ??= setInterval(() => void look(), LOOK_EVERY_MS).unref();
    },
    renew: folders.renew,
    stop() {
      clearTimeout(quiet);
      clearInterval(looking);
      folders.watchFolders(new Set());
    },
  };
}

interface FolderWatch {
  watchFolders(folders: ReadonlySet<string>): void;
  renew(): void;
}

function watchFolders(listener: WatchListener, touched: () => void): FolderWatch {
  const folders = new Map<string, Watched>();
  const names = watchNames(touched);

  function open(folder: string): void {
    const identity = identityOf(folder);
    const onEvent = (event: string, name: string | null): void => {
      if (event === 'rename' && name === basename(folder)) watched.ended = true;
      touched();
    };
    const failed = (error: Error): void => listener.failed(folder, error);
    const watcher = identity === undefined ? undefined : watching(folder, onEvent, failed);
    const watched: Watched = { identity, watcher, ended: false };
    folders.set(folder, watched);
  }

  function close(folder: string): void {
    folders.get(folder)?.watcher?.close();
    folders.delete(folder);
  }

  function renewOne(folder: string, { identity, ended }: Watched): void {
    const now = identityOf(folder);
    if (now === identity && !ended) return;
    close(folder);
    open(folder);
    if (identity !== undefined) listener.lost(folder);
    if (now === undefined) return;
    listener.found(folder);
    touched();
  }

  function renew(): void {
    for (const [folder, watched] of folders) renewOne(folder, watched);
    names.watchFolders([...folders.keys()]);
  }

  return {
    watchFolders(wanted) {
      for (const folder of folders.keys()) if (!wanted.has(folder)) close(folder);
      for (const folder of wanted) if (!folders.has(folder)) open(folder);
      renew();
    },
    renew,
  };
}

/** Watches the parent folders for replaced folders. Where that fails, polling finds them. */
function watchNames(touched: () => void): { watchFolders(folders: readonly string[]): void } {
  let open: (FSWatcher | undefined)[] = [];
  return {
    watchFolders(folders) {
      for (const watcher of open) watcher?.close();
      open = [...new Set(folders.map((folder) => dirname(folder)))].map((parent) => {
        const names = new Set(folders.filter((one) => dirname(one) === parent).map((one) => basename(one)));
        const onEvent = (_: string, name: string | null): void => {
          if (name === null || names.has(name)) touched();
        };
        return watching(parent, onEvent, () => undefined);
      });
    },
  };
}

function watching(
  folder: string,
  onEvent: (event: string, name: string | null) => void,
  failed: (error: Error) => void,
): FSWatcher | undefined {
  try {
    return watch(folder, onEvent).on('error', failed);
  } catch (error) {
    failed(error instanceof Error ? error : new Error(String(error)));
    return undefined;
  }
}

function identityOf(folder: string): string | undefined {
  try {
    const { dev, ino } = statSync(folder);
    return `${dev}:${ino}`;
  } catch (error) {
    // A folder that cannot be reached counts as removed.
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

/** Returns a text that changes when the file is changed or replaced; links are followed. */
async function stateOf(files: readonly string[]): Promise<string> {
  const states: string[] = [];
  for (const file of files) {
    const stats = await stat(file, { bigint: true }).catch(() => undefined);
    states.push(stats ? `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}` : 'none');
  }
  return states.join(' ');
}
