/** Every code a finding can carry. Documented one by one in docs/findings.md; a test compares the two lists. */
export const FINDING_CODES = [
  'file-unreadable',
  'file-outside-root',
  'file-too-large',
  'file-not-utf8',
  'syntax',
  'nesting-too-deep',
  'alias-refused',
  'merge-key',
  'forbidden-key',
  'duplicate-key',
  'unknown-key',
  'missing-key',
  'wrong-value',
  'too-many-routes',
  'reserved-event',
  'unsupported-channel',
  'duplicate-route',
  'map-with-omit',
  'audience-unused',
  'target-undeclared',
  'target-not-required',
  'target-not-ids',
  'target-unproven',
  'field-undeclared',
  'schema-dialect',
  'schema-keyword',
  'schema-format',
  'schema-ref',
  'schema-remote-ref',
  'schema-loop',
  'schema-pattern',
  'schema-example',
  'schema-costly',
  'environment-value',
  'environment-unknown',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

/** `warning` is told and lived with; `error` refuses the file. */
export type Severity = 'error' | 'warning';

/** Where in a file, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong in a file or in the environment, told so that its author can mend it. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** File as the author named it; `environment` for variables. */
  readonly file: string;
  readonly at?: Position;
  readonly route?: string;
  /** What was found, what is allowed, what to do. */
  readonly message: string;
}

export function isRefused(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === 'error');
}

/** `file:line:column  error  route "x": message  [code]`, a line that terminals and editors make a link of. */
export function formatFinding(finding: Finding): string {
  const place = finding.at ? `${finding.file}:${finding.at.line}:${finding.at.column}` : finding.file;
  const route = finding.route === undefined ? '' : `route "${finding.route}": `;
  return `${place}  ${finding.severity}  ${route}${finding.message}  [${finding.code}]`;
}

/** Errors and warnings in the order of the file: what stands first is read first. */
export function inFileOrder(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      a.file.localeCompare(b.file) ||
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0) ||
      a.code.localeCompare(b.code),
  );
}
