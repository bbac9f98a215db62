import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Files that are written together or not at all. */
export interface FileChanges {
  /** @param before what it holds now; a new file where absent, and one that is there already is not overwritten. */
  write(path: string, text: string, before?: string): void;
  /** Makes all of them what they were. */
  undo(): void;
}

export function createFileChanges(): FileChanges {
  const done: { readonly path: string; readonly before?: string }[] = [];
  return {
    write(path, text, before) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { flag: before === undefined ? 'wx' : 'w' });
      done.push({ path, ...(before !== undefined && { before }) });
    },
    undo() {
      for (const { path, before } of done.splice(0).toReversed()) {
        if (before !== undefined) writeFileSync(path, before);
        else if (existsSync(path)) rmSync(path);
      }
    },
  };
}
