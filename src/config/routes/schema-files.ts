import { dirname, resolve } from 'node:path';
import type { SchemaFinding } from '../../schema/schema-finding.ts';
import { createPayloadSchemas, type CompiledSchema, type PayloadSchemas } from '../../schema/payload-schemas.ts';
import { fileOfReference, fileUri, referencesOf, type SchemaFiles } from '../../schema/references.ts';
import type { SchemaFile } from '../../schema/walk.ts';
import type { ConfinedFiles, FileRefusal } from '../text/confined-files.ts';
import type { Finding } from '../text/findings.ts';
import { foreignDocument, misreadPath } from './foreign-schemas.ts';
import { digest, type JudgedSchema, type LoadedSchema } from './schema-memory.ts';
import { createSchemaReader, once, type Naming, type SchemaReader } from './schema-reading.ts';
import type { YamlPlaces } from '../text/yaml-document.ts';

/** A schema, or why there is none; neither where its file is broken, which `findings` reports. */
export interface SchemaLoading {
  readonly schema?: LoadedSchema;
  readonly problem?: FileRefusal;
}

/** Loads each schema file once, however many routes name it. */
export interface SchemaFilesLoader {
  /** @param path as written in the routes file, relative to its folder. */
  load(path: string): SchemaLoading;
  /**
   * Compiles a schema that stands in the routes file. It refers to its own places only.
   *
   * @param name unique in the routes file.
   */
  inline(name: string, json: unknown): CompiledSchema;
  /** Findings in the schema files themselves, with their own positions. */
  findings(): Finding[];
}

export function createSchemaFiles(routesFile: string, files: ConfinedFiles, naming: Naming): SchemaFilesLoader {
  const folder = dirname(resolve(routesFile));
  const reader = createSchemaReader(routesFile, files, naming);
  const loaded = once(load);
  const findings: Finding[] = [];
  // Runs only where something must be compiled: it is slow itself.
  let compiler: PayloadSchemas | undefined;

  function load(uri: string): SchemaLoading {
    const { file, problem } = reader.open(uri);
    if (!file) return problem && problem.code !== 'syntax' ? { problem } : {};
    const dialect = foreignDocument(file.json);
    if (dialect !== undefined) return { problem: { code: 'schema-dialect', message: dialect } };
    const all = closure(file, reader);
    const judged = naming.memory.judged.take(uri, contentOf(all), () => judge(file, all));
    findings.push(...judged.findings);
    return { schema: judged.schema };
  }

  /** Text that the result depends on. With resolved references a file depends on more than its bytes. */
  function contentOf({ files: all, problems }: Closure): string {
    const contents = [...all.values()].map((file) => {
      const { file: raw, content } = reader.read(file.uri);
      return raw === file ? [file.uri, content] : [file.uri, content, digest(JSON.stringify(file.json))];
    });
    return JSON.stringify([contents, [...problems]]);
  }

  function judge(main: SchemaFile, { files: all, problems }: Closure): JudgedSchema {
    const compiled = (compiler ??= createPayloadSchemas()).compile(main, all, problems);
    const own = compiled.findings.map((fault) =>
      toFinding(fault, reader.nameOf(fault.uri), reader.placesIn(fault.uri)),
    );
    return { schema: { main, files: all, ...compiled }, findings: own };
  }

  function inline(name: string, json: unknown): CompiledSchema {
    const main = { uri: fileUri(resolve(routesFile, name)), json };
    const files = new Map([[main.uri, main]]);
    const judged = naming.memory.judged.take(main.uri, digest(JSON.stringify(json)), () => {
      const compiled = (compiler ??= createPayloadSchemas()).compile(main, files);
      return { schema: { main, files, ...compiled }, findings: [] };
    });
    return judged.schema;
  }

  return {
    inline,
    load(path) {
      const loading = loaded(fileUri(resolve(folder, path)));
      const misread = loading.problem?.code === 'file-unreadable' ? misreadPath(path) : undefined;
      return misread === undefined ? loading : { problem: { code: 'file-unreadable', message: misread } };
    },
    // Two schemas may share a broken file, whose findings are reported once.
    findings: () => [
      ...new Map([...reader.findings(), ...findings].map((finding) => [JSON.stringify(finding), finding])).values(),
    ],
  };
}

interface Closure {
  readonly files: SchemaFiles;
  readonly problems: ReadonlyMap<string, string>;
}

/** The file with all files that it refers to, and the problems of those that cannot be read. */
function closure(main: SchemaFile, { open, whyAmbiguous }: SchemaReader): Closure {
  const files = new Map([[main.uri, main]]);
  const problems = new Map<string, string>();
  for (const from of files.values()) {
    for (const { ref } of referencesOf(from.json)) {
      const uri = fileOfReference(ref, from.uri);
      const why = uri === undefined ? whyAmbiguous(ref.replace(/#.*$/, ''), from.uri) : undefined;
      if (why !== undefined) problems.set(ref, why);
      if (uri === undefined || files.has(uri) || problems.has(uri)) continue;
      const { file, problem } = open(uri);
      if (file) files.set(uri, file);
      else problems.set(uri, problem?.message ?? 'cannot be read');
    }
  }
  return { files, problems };
}

function toFinding(fault: SchemaFinding, file: string, places: YamlPlaces | undefined): Finding {
  const { code, severity, path, message } = fault;
  const at = places?.locate(path, 'key');
  return { code, severity, file, message, ...(at && { at }) };
}
