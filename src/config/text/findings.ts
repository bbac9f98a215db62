import { visible } from './unseen.ts';

/** Every code a finding can carry. Documented one by one in docs/findings.md; a test compares the two lists. */
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
  'action-with-event',
  'action-with-stream',
  'action-broadcast',
  'schema-next-same',
  'stream-needed',
  'stream-channel',
  'stream-limits',
  'target-undeclared',
  'target-not-required',
  'target-not-ids',
  'target-unproven',
  'target-zeros',
  'field-undeclared',
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
  return visible(printable(`${place}  ${finding.severity}  ${route}${finding.message}  [${finding.code}]`));
}

/** One line whatever a file holds: what moves a terminal's cursor or turns its text round is written as an escape. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const collator = new Intl.Collator('en');

/** Errors and warnings in the order of the file: what stands first is read first. */
export function inFileOrder(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      collator.compare(a.file, b.file) ||
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0) ||
      collator.compare(a.code, b.code),
  );
}

/** Nobody reads more in one go, and a file of one million mistakes must not print one million lines. */
export const MOST_FINDINGS = 1000;

/** The first of them, and a last one that tells how many were left out. */
export function firstFindings(findings: readonly Finding[]): readonly Finding[] {
  const next = findings[MOST_FINDINGS];
  if (next === undefined) return findings;
  const { severity, file, at } = next;
  const message = `${findings.length - MOST_FINDINGS} more findings are not shown; mend those above first`;
  const left = isRefused(findings.slice(MOST_FINDINGS)) ? 'error' : severity;
  return [
    ...findings.slice(0, MOST_FINDINGS),
    { code: 'more-findings', severity: left, file, message, ...(at && { at }) },
  ];
}
