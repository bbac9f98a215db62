import type { SchemaFile } from './walk.ts';

export type SchemaFindingCode =
  | 'schema-dialect'
  | 'schema-keyword'
  | 'schema-format'
  | 'schema-ref'
  | 'schema-remote-ref'
  | 'schema-loop'
  | 'schema-pattern'
  | 'schema-example'
  | 'schema-costly'
  | 'schema-loose';

/** A problem in a schema file, with its place. */
export interface SchemaFinding {
  readonly code: SchemaFindingCode;
  readonly severity: 'error' | 'warning';
  readonly uri: string;
  readonly path: readonly string[];
  readonly message: string;
}

export function errorFinding(
  file: SchemaFile,
  code: SchemaFindingCode,
  path: readonly string[],
  message: string,
): SchemaFinding {
  return { code, severity: 'error', uri: file.uri, path, message };
}

export function warningFinding(
  file: SchemaFile,
  code: SchemaFindingCode,
  path: readonly string[],
  message: string,
): SchemaFinding {
  return { ...errorFinding(file, code, path, message), severity: 'warning' };
}

export function hasErrors(findings: readonly SchemaFinding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}
