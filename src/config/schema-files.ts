import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPayloadSchemas, type CompiledSchema } from '../schema/payload-schemas.ts';
import type { SchemaFault } from '../schema/fault.ts';
import { fileOfReference, fileUri, referencesOf, type SchemaFiles } from '../schema/references.ts';
import type { SchemaFile } from '../schema/walk.ts';
import type { ConfinedFiles, FileRefusal } from './confined-files.ts';
import type { Finding } from './findings.ts';
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

/** @param routesFile as its user named it: schema files are named alike in findings. */
export function createSchemaFiles(routesFile: string, files: ConfinedFiles): SchemaFilesLoader {
  const folder = dirname(resolve(routesFile));
  const opened = new Map<string, Opened>();
  const loaded = new Map<string, SchemaLoading>();
  const findings: Finding[] = [];
  const compiler = createPayloadSchemas();
  const nameOf = (uri: string): string => join(dirname(routesFile), relative(folder, fileURLToPath(uri)));

  function open(uri: string): Opened {
    const known = opened.get(uri) ?? read(uri);
    opened.set(uri, known);
    return known;
  }

  function read(uri: string): Opened {
    const reading = files.read(fileURLToPath(uri));
    if (!('text' in reading)) return { problem: reading };
    const { document, findings: own } = readJson(nameOf(uri), reading.text);
    findings.push(...own);
    if (document) return { file: { uri, json: document.value }, places: document };
    return { problem: { code: 'syntax', message: 'is broken itself' } };
  }

  function load(uri: string): SchemaLoading {
    const { file, problem } = open(uri);
    if (!file) return problem && problem.code !== 'syntax' ? { problem } : {};
    const all = closure(file, open);
    const compiled = compiler.compile(file, all.files, all.problems);
    findings.push(...compiled.faults.map((fault) => toFinding(fault, nameOf(fault.uri), opened)));
    return { schema: { main: file, files: all.files, ...compiled } };
  }

  return {
    load(path) {
      const uri = fileUri(resolve(folder, path));
      const known = loaded.get(uri) ?? load(uri);
      loaded.set(uri, known);
      return known;
    },
    // Two schemas may share a broken file: its faults are told once.
    findings: () => [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()],
  };
}

/** The file and all it refers to, and why some of that cannot be read. */
function closure(
  main: SchemaFile,
  open: (uri: string) => Opened,
): { files: SchemaFiles; problems: ReadonlyMap<string, string> } {
  const files = new Map([[main.uri, main]]);
  const problems = new Map<string, string>();
  for (const from of files.values()) {
    for (const { ref } of referencesOf(from.json)) {
      const uri = fileOfReference(ref, from.uri);
      if (uri === undefined || files.has(uri) || problems.has(uri)) continue;
      const { file, problem } = open(uri);
      if (file) files.set(uri, file);
      else problems.set(uri, problem?.message ?? 'cannot be read');
    }
  }
  return { files, problems };
}

function toFinding(fault: SchemaFault, file: string, opened: ReadonlyMap<string, Opened>): Finding {
  const { code, severity, uri, path, message } = fault;
  const at = opened.get(uri)?.places?.locate(path, 'key');
  return { code, severity, file, message, ...(at && { at }) };
}
