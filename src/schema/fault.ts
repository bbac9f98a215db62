import type { SchemaFile } from './walk.ts';

export type FaultCode =
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

/** What is wrong in a schema file, and where. */
export interface SchemaFault {
  readonly code: FaultCode;
  readonly severity: 'error' | 'warning';
  readonly uri: string;
  readonly path: readonly string[];
  readonly message: string;
}

export function fault(file: SchemaFile, code: FaultCode, path: readonly string[], message: string): SchemaFault {
  return { code, severity: 'error', uri: file.uri, path, message };
}

export function warning(file: SchemaFile, code: FaultCode, path: readonly string[], message: string): SchemaFault {
  return { ...fault(file, code, path, message), severity: 'warning' };
}

export function isFaulty(faults: readonly SchemaFault[]): boolean {
  return faults.some(({ severity }) => severity === 'error');
}
