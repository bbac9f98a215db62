import { watch, type FSWatcher } from 'node:fs';

/** Several files are written one after another, and a ConfigMap swap is several events: wait for quiet. */
const QUIET_MS = 100;

export interface FolderWatch {
  /** Watches exactly these folders from now on. */
  follow(folders: readonly string[]): void;
  stop(): void;
}

/**
 * Folders, not files: an editor's rename or a ConfigMap's symlink swap replaces a file, and a watch on it goes blind.
 * @param changed something in the folders may have changed; what, its caller finds out.
 * @param failed a folder could not be watched.
 */
export function createFolderWatch(changed: () => void, failed: (error: Error) => void): FolderWatch {
  const watchers = new Map<string, FSWatcher>();
  let quiet: NodeJS.Timeout | undefined;
  const touched = (): void => {
    clearTimeout(quiet);
    quiet = setTimeout(changed, QUIET_MS);
  };

  function open(folder: string): void {
    try {
      watchers.set(folder, watch(folder, touched).on('error', failed));
    } catch (error) {
      failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  function close(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  return {
    follow(folders) {
      for (const folder of watchers.keys()) if (!folders.includes(folder)) close(folder);
      for (const folder of new Set(folders)) if (!watchers.has(folder)) open(folder);
    },
    stop() {
      clearTimeout(quiet);
      for (const folder of watchers.keys()) close(folder);
    },
  };
}
