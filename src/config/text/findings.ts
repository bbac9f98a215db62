import { visible } from './unseen.ts';

/** Every code of a finding. docs/findings.md documents each; a test compares the two lists. */
export const FINDING_CODES = [
  'file-unreadable',
  'file-outside-root',
  'file-too-large',
  'file-not-utf8',
  'syntax',
  'tag-refused',
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
  'unfilled-placeholder',
  'odd-characters',
  'duplicate-route',
  'map-with-omit',
  'omit-in-list',
  'audience-unused',
  'audience-unsaid',
  'audience-undeclared',
  'except-all',
  'action-with-event',
  'action-with-stream',
  'action-broadcast',
  'schema-next-same',
  'when-form',
  'when-not-required',
  'when-never',
  'when-always',
  'stream-needed',
  'stream-channel',
  'stream-limits',
  'target-undeclared',
  'target-not-required',
  'target-not-ids',
  'target-unproven',
  'target-zeros',
  'field-undeclared',
  'payload-undeclared',
  'payload-not-required',
  'envelope-required',
  'schema-dialect',
  'schema-keyword',
  'schema-format',
  'schema-ref',
  'schema-remote-ref',
  'schema-loop',
  'schema-pattern',
  'schema-example',
  'schema-costly',
  'schema-loose',
  'environment-value',
  'environment-unknown',
  'more-findings',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

/** An `error` refuses the file; a `warning` is only reported. */
export type Severity = 'error' | 'warning';

/** Position in a file; line and column count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A problem in a file or in the environment, described so that its author can fix it. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** The file as the author named it; `environment` for variables. */
  readonly file: string;
  readonly at?: Position;
  readonly route?: string;
  /** What was found, what is allowed, what to do. */
  readonly message: string;
}

export function isRefused(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === 'error');
}

/** Formats `file:line:column  error  route "x": message  [code]`, which terminals and editors turn into a link. */
export function formatFinding(finding: Finding): string {
  const place = finding.at ? `${finding.file}:${finding.at.line}:${finding.at.column}` : finding.file;
  const route = finding.route === undefined ? '' : `route "${finding.route}": `;
  return visible(printable(`${place}  ${finding.severity}  ${route}${finding.message}  [${finding.code}]`));
}

/** Makes one line of a text: characters that move the cursor or reverse text are escaped. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const collator = new Intl.Collator('en');

/** Sorts errors and warnings by their position in the file. */
export function inFileOrder(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      collator.compare(a.file, b.file) ||
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0) ||
      collator.compare(a.code, b.code),
  );
}

/** A file with a million mistakes must not print a million lines. */
export const MOST_FINDINGS = 1000;

/** Keeps the first findings, and adds one with the number of those left out. */
export function firstFindings(findings: readonly Finding[]): readonly Finding[] {
  const next = findings[MOST_FINDINGS];
  if (next === undefined) return findings;
  const { severity, file, at } = next;
  const message = `${findings.length - MOST_FINDINGS} more findings are not shown; fix those above first`;
  const left = isRefused(findings.slice(MOST_FINDINGS)) ? 'error' : severity;
  return [
    ...findings.slice(0, MOST_FINDINGS),
    { code: 'more-findings', severity: left, file, message, ...(at && { at }) },
  ];
}
