import { hash } from 'node:crypto';
import type { CompiledSchema } from '../../schema/payload-schemas.ts';
import type { SchemaFiles } from '../../schema/references.ts';
import type { SchemaFile } from '../../schema/walk.ts';
import type { Finding } from '../text/findings.ts';

/** A payload schema with the files that it refers to. */
export interface LoadedSchema extends CompiledSchema {
  readonly main: SchemaFile;
  readonly files: SchemaFiles;
}

/** A cache of values by name, each valid for one content. */
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

/** Results kept from one load to the next: of 1,000 schemas only the changed one is compiled again. */
export interface SchemaMemory {
  readonly parsed: Remembered<ParsedFile>;
  readonly judged: Remembered<JudgedSchema>;
  /** Forgets what the last complete load did not use. */
  loaded(): void;
}

/** Validators of one load share an ajv, which keeps everything it ever compiled; now and then all are compiled again. */
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
    /** Returns whether a value was created since the last call. */
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
