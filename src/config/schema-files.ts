import { pathToFileURL, fileURLToPath } from 'node:url';
import { dirname, relative, resolve } from 'node:path';
import { createPayloadSchemas, type CompiledSchema, type PayloadSchemas } from '../schema/payload-schemas.ts';
import type { SchemaFault } from '../schema/faults.ts';
import { fileOfReference, referencesOf, type SchemaFiles } from '../schema/references.ts';
import type { SchemaFile } from '../schema/walk.ts';
import type { ConfinedFiles, FileRefusal } from './confined-files.ts';
import type { Finding } from './findings.ts';
import { readYaml, type YamlDocument } from './yaml-document.ts';

/** A payload schema with all that it refers to. */
export interface LoadedSchema extends CompiledSchema {
  readonly main: SchemaFile;
  readonly files: SchemaFiles;
}

/** Loads each schema file once, however many routes name it. */
export interface SchemaFilesLoader {
  /** @param path as the routes file has it, from the routes file's folder. */
  load(path: string): { schema?: LoadedSchema; problem?: FileRefusal };
  /** Findings in the schema files themselves, with their own positions. */
  findings(): Finding[];
}

interface Opened {
  readonly file?: SchemaFile;
  readonly document?: YamlDocument;
}

export function createSchemaFiles(folder: string, files: ConfinedFiles): SchemaFilesLoader {
  const opened = new Map<string, Opened>();
  const schemas = new Map<string, LoadedSchema>();
  const findings: Finding[] = [];
  const compiler: PayloadSchemas = createPayloadSchemas();

  function open(uri: string, text: string): Opened {
    const known = opened.get(uri);
    if (known) return known;
    const read = parse(nameOf(uri), uri, text);
    findings.push(...read.findings);
    opened.set(uri, read);
    return read;
  }

  /** The file and all it refers to; what cannot be read is left out and found missing when compiled. */
  function closure(main: SchemaFile): SchemaFiles {
    const all = new Map([[main.uri, main]]);
    for (const file of all.values()) {
      for (const { ref } of referencesOf(file.json)) {
        const uri = fileOfReference(ref, file.uri);
        if (uri === undefined || all.has(uri)) continue;
        const reading = files.read(fileURLToPath(uri));
        const other = 'text' in reading ? open(uri, reading.text).file : undefined;
        if (other) all.set(uri, other);
      }
    }
    return all;
  }

  function compile(main: SchemaFile): LoadedSchema {
    const known = schemas.get(main.uri);
    if (known) return known;
    const all = closure(main);
    const compiled = compiler.compile(main, all);
    const schema = { main, files: all, ...compiled };
    findings.push(...compiled.faults.map((fault) => toFinding(fault, opened)));
    schemas.set(main.uri, schema);
    return schema;
  }

  return {
    load(path) {
      const named = resolve(folder, path);
      const reading = files.read(named);
      if (!('text' in reading)) return { problem: reading };
      const { file } = open(pathToFileURL(named).href, reading.text);
      return file ? { schema: compile(file) } : {};
    },
    // Two routes may share a broken file: its faults are told once.
    findings: () => [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()],
  };
}

function parse(file: string, uri: string, text: string): Opened & { findings: Finding[] } {
  const { document, findings } = readYaml(file, text);
  try {
    const json: unknown = JSON.parse(text);
    return {
      file: { uri, json },
      ...(document && { document }),
      findings: findings.filter(({ code }) => code !== 'syntax'),
    };
  } catch (error) {
    const message = `is not JSON: ${error instanceof Error ? error.message : String(error)}`;
    const own = findings.length > 0 ? [...findings] : [{ code: 'syntax', severity: 'error', file, message } as const];
    return { findings: own };
  }
}

function toFinding(fault: SchemaFault, opened: ReadonlyMap<string, Opened>): Finding {
  const { code, severity, uri, path, message } = fault;
  const at = opened.get(uri)?.document?.locate(
    path.map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment)),
    'key',
  );
  return { code, severity, file: nameOf(uri), message, ...(at && { at }) };
}

function nameOf(uri: string): string {
  const path = fileURLToPath(uri);
  const near = relative(process.cwd(), path);
  return near.startsWith(`..`) && dirname(path) !== dirname(process.cwd()) ? path : near;
}
