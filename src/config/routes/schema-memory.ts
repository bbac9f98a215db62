import { hash } from 'node:crypto';
import type { SchemaFile } from '../../schema/walk.ts';
import type { Finding } from '../text/findings.ts';
import type { LoadedSchema } from './schema-files.ts';

/** Values by name, each good for one content: with the same content it is not made a second time. */
export interface Remembered<T> {
  take(name: string, content: string, make: () => T): T;
}

export interface ParsedFile {
  readonly file?: SchemaFile;
  readonly findings: readonly Finding[];
}

export interface JudgedSchema {
  readonly schema: LoadedSchema;
  readonly findings: readonly Finding[];
}

/** What was made of schema files, from one load to the next: of 1,000 schemas the one that changed is compiled again. */
export interface SchemaMemory {
  readonly parsed: Remembered<ParsedFile>;
  readonly judged: Remembered<JudgedSchema>;
  /** After a load that was whole: what it did not ask for is forgotten. */
  loaded(): void;
}

/** Validators of one load share an ajv, which keeps all it ever compiled: now and then everything is made again. */
const MOST_LOADS = 32;

export function createSchemaMemory(): SchemaMemory {
  const [parsed, judged] = [createRemembered<ParsedFile>(), createRemembered<JudgedSchema>()];
  let loads = 0;
  return {
    parsed,
    judged,
    loaded() {
      parsed.forgetUnused();
      const compiledAny = judged.forgetUnused();
      if (compiledAny) loads += 1;
      if (loads < MOST_LOADS) return;
      loads = 0;
      judged.clear();
    },
  };
}

export function digest(text: string): string {
  return hash('sha256', text, 'base64');
}

function createRemembered<T>(): Remembered<T> & { forgetUnused(): boolean; clear(): void } {
  const kept = new Map<string, { readonly content: string; readonly value: T }>();
  const used = new Set<string>();
  let made = false;
  return {
    take(name, content, make) {
      used.add(name);
      const known = kept.get(name);
      if (known?.content === content) return known.value;
      made = true;
      const value = make();
      kept.set(name, { content, value });
      return value;
    },
    /** Answers whether anything was made since the last time. */
    forgetUnused() {
      for (const name of kept.keys()) if (!used.has(name)) kept.delete(name);
      used.clear();
      const any = made;
      made = false;
      return any;
    },
    clear: () => kept.clear(),
  };
}
