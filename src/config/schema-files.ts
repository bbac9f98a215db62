import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPayloadSchemas, type CompiledSchema } from '../schema/payload-schemas.ts';
import type { SchemaFault } from '../schema/fault.ts';
import { identifiersOf, withoutIdentifiers, type Identified, type KnownSchemas } from '../schema/identifiers.ts';
import { fileOfReference, fileUri, referencesOf, type SchemaFiles } from '../schema/references.ts';
import type { SchemaFile } from '../schema/walk.ts';
import type { ConfinedFiles, FileRefusal } from './confined-files.ts';
import type { Finding } from './findings.ts';
import { foreignDocument, foreignText, misreadPath } from './foreign-schemas.ts';
import { readJson } from './json-document.ts';
import type { Places } from './yaml-document.ts';

/** A payload schema with all that it refers to. */
export interface LoadedSchema extends CompiledSchema {
  readonly main: SchemaFile;
  readonly files: SchemaFiles;
}

/** A schema, or why there is none; neither where its file is broken, which `findings` tells. */
export interface SchemaLoading {
  readonly schema?: LoadedSchema;
  readonly problem?: FileRefusal;
}

/** Loads each schema file once, however many routes name it. */
export interface SchemaFilesLoader {
  /** @param path as the routes file has it, from the routes file's folder. */
  load(path: string): SchemaLoading;
  /** Findings in the schema files themselves, with their own positions. */
  findings(): Finding[];
}

interface Opened {
  readonly file?: SchemaFile;
  readonly places?: Places;
  readonly problem?: FileRefusal;
}

/** @param shown the routes file as findings name it: schema files are named from there. */
export function createSchemaFiles(routesFile: string, files: ConfinedFiles, shown: string): SchemaFilesLoader {
  const folder = dirname(resolve(routesFile));
  const read = once(readFile);
  const open = once((uri: string): Opened => {
    const { file, ...rest } = read(uri);
    return { ...rest, ...(file && { file: withoutIdentifiers(file, known(file)) }) };
  });
  const loaded = once(load);
  const identifiersAround = once((folder: string) => identifiersIn(files.jsonFilesAround(folder), files.read));
  const findings: Finding[] = [];
  const compiler = createPayloadSchemas();
  const nameOf = (uri: string): string => join(dirname(shown), relative(folder, fileURLToPath(uri)));

  function readFile(uri: string): Opened {
    const reading = files.read(fileURLToPath(uri));
    if (!('text' in reading)) return { problem: reading };
    const foreign = foreignText(reading.text);
    const { document, findings: own } = readJson(nameOf(uri), reading.text);
    const first = own.slice(0, 1).map((one) => ({ ...one, message: foreign ?? one.message }));
    findings.push(...(document ? own : foreign === undefined ? own : first));
    if (document) return { file: { uri, json: document.value }, places: document };
    return { problem: { code: 'syntax', message: 'is broken itself' } };
  }

  /** Looked for only where a reference by path leads nowhere: most folders have no `$id` that anybody uses. */
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

  function load(uri: string): SchemaLoading {
    const { file, problem } = open(uri);
    if (!file) return problem && problem.code !== 'syntax' ? { problem } : {};
    const dialect = foreignDocument(file.json);
    if (dialect !== undefined) return { problem: { code: 'schema-dialect', message: dialect } };
    const all = closure(file, open, (id, from) => whyAmbiguous(identifiersAround(fileURLToPath(from)).get(id), nameOf));
    const compiled = compiler.compile(file, all.files, all.problems);
    findings.push(...compiled.faults.map((fault) => toFinding(fault, nameOf(fault.uri), open(fault.uri))));
    return { schema: { main: file, files: all.files, ...compiled } };
  }

  return {
    load(path) {
      const loading = loaded(fileUri(resolve(folder, path)));
      const misread = loading.problem?.code === 'file-unreadable' ? misreadPath(path) : undefined;
      return misread === undefined ? loading : { problem: { code: 'file-unreadable', message: misread } };
    },
    // Two schemas may share a broken file: its faults are told once.
    findings: () => [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()],
  };
}

function once<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}

type Identifiers = ReadonlyMap<string, readonly Identified[]>;

/** Of files that no route names: what is wrong in them is not told. */
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

/** The file and all it refers to, and why some of that cannot be read. */
function closure(
  main: SchemaFile,
  open: (uri: string) => Opened,
  whyNot: (id: string, from: string) => string | undefined,
): { files: SchemaFiles; problems: ReadonlyMap<string, string> } {
  const files = new Map([[main.uri, main]]);
  const problems = new Map<string, string>();
  for (const from of files.values()) {
    for (const { ref } of referencesOf(from.json)) {
      const uri = fileOfReference(ref, from.uri);
      const why = uri === undefined ? whyNot(ref.replace(/#.*$/, ''), from.uri) : undefined;
      if (why !== undefined) problems.set(ref, why);
      if (uri === undefined || files.has(uri) || problems.has(uri)) continue;
      const { file, problem } = open(uri);
      if (file) files.set(uri, file);
      else problems.set(uri, problem?.message ?? 'cannot be read');
    }
  }
  return { files, problems };
}

function toFinding(fault: SchemaFault, file: string, { places }: Opened): Finding {
  const { code, severity, path, message } = fault;
  const at = places?.locate(path, 'key');
  return { code, severity, file, message, ...(at && { at }) };
}
