import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { identifiersOf, withoutIdentifiers, type Identified, type KnownSchemas } from '../../schema/identifiers.ts';
import { fileUri } from '../../schema/references.ts';
import type { SchemaFile } from '../../schema/walk.ts';
import type { ConfinedFiles, FileRefusal } from '../text/confined-files.ts';
import type { Finding } from '../text/findings.ts';
import { foreignText } from './foreign-schemas.ts';
import { readJson } from '../text/json-document.ts';
import { digest, type ParsedFile, type SchemaMemory } from './schema-memory.ts';
import type { YamlPlaces } from '../text/yaml-document.ts';

export interface Opened {
  readonly file?: SchemaFile;
  readonly text?: string;
  /** Digest of the text. */
  readonly content?: string;
  readonly problem?: FileRefusal;
}

export interface Naming {
  /** Name of the routes file in findings; schema files are named relative to it. */
  readonly shown: string;
  readonly memory: SchemaMemory;
}

/** Reads each schema file of one load once. */
export interface SchemaReader {
  /** The document as written. */
  read(uri: string): Opened;
  /** The document with references resolved to plain paths. */
  open(uri: string): Opened;
  nameOf(uri: string): string;
  placesIn(uri: string): YamlPlaces | undefined;
  /** Why an `$id` that a file refers to is ambiguous. */
  whyAmbiguous(id: string, from: string): string | undefined;
  /** Size of the files as JSON. */
  findings(): readonly Finding[];
}

export function createSchemaReader(routesFile: string, files: ConfinedFiles, { shown, memory }: Naming): SchemaReader {
  const folder = dirname(resolve(routesFile));
  const read = once(readFile);
  const open = once((uri: string): Opened => {
    const { file, ...rest } = read(uri);
    return { ...rest, ...(file && { file: withoutIdentifiers(file, known(file)) }) };
  });
  const identifiersAround = once((folder: string) => identifiersIn(files.jsonFilesAround(folder), files.read));
  const findings: Finding[] = [];
  // Positions take more memory than the document: they are read again, only for a file with findings.
  const placesIn = once((uri: string) => readJson(nameOf(uri), read(uri).text ?? '').document);
  const nameOf = (uri: string): string => join(dirname(shown), relative(folder, fileURLToPath(uri)));

  function readFile(uri: string): Opened {
    const reading = files.read(fileURLToPath(uri));
    if (!('text' in reading)) return { problem: reading };
    const { text } = reading;
    const content = digest(text);
    const parsed = memory.parsed.take(uri, content, () => parsedFile(uri, nameOf(uri), text));
    findings.push(...parsed.findings);
    if (parsed.file) return { file: parsed.file, content, text };
    return { problem: { code: 'syntax', message: 'has errors itself' } };
  }

  /** Collected only where a path reference fails: most folders use no `$id`. */
  function known(from: SchemaFile): KnownSchemas {
    const around = (): Identifiers => identifiersAround(fileURLToPath(from.uri));
    return {
      exists: (uri) => read(uri).problem?.code !== 'file-unreadable',
      find: (id) => {
        const [only, ...others] = around().get(id) ?? [];
        return others.length === 0 ? only : undefined;
      },
    };
  }

  return {
    read,
    open,
    nameOf,
    placesIn,
    whyAmbiguous: (id, from) => whyAmbiguous(identifiersAround(fileURLToPath(from)).get(id), nameOf),
    findings: () => findings,
  };
}

function parsedFile(uri: string, name: string, text: string): ParsedFile {
  const { document, findings } = readJson(name, text);
  if (document) return { file: { uri, json: document.value }, findings };
  const foreign = foreignText(text);
  if (foreign === undefined) return { findings };
  return { findings: findings.slice(0, 1).map((one) => ({ ...one, message: foreign })) };
}

/** Memoizes a function by key. */
export function once<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}

type Identifiers = ReadonlyMap<string, readonly Identified[]>;

/** Reads files that no route names, without reporting their findings. */
function identifiersIn(paths: readonly string[], read: ConfinedFiles['read']): Identifiers {
  const found = new Map<string, Identified[]>();
  for (const path of paths) {
    const reading = read(path);
    if (!('text' in reading) || !reading.text.includes('"$id"')) continue;
    const { document } = readJson(path, reading.text);
    if (!document) continue;
    const file = { uri: fileUri(path), json: document.value };
    for (const [id, place] of identifiersOf(file)) found.set(id, [...(found.get(id) ?? []), { file, path: place }]);
  }
  return found;
}

function whyAmbiguous(named: readonly Identified[] = [], nameOf: (uri: string) => string): string | undefined {
  if (named.length < 2) return undefined;
  return `is the $id of several schemas: ${named.map(({ file }) => nameOf(file.uri)).join(', ')}`;
}
