import { relative, resolve } from 'node:path';
import { printable, type Finding } from '../../config/text/findings.ts';

/**
 * A workflow command of GitHub Actions: the pull request shows the finding next to its line.
 *
 * @param workspace folder of the checkout; GitHub knows files by their path from there.
 */
export function annotation({ severity, file, at, code, route, message }: Finding, workspace: string): string {
  const properties = [
    ['file', relative(workspace, resolve(file))],
    ...(at ? [['line', String(at.line)] as const, ['col', String(at.column)] as const] : []),
    ['title', code],
  ] as const;
  const listed = properties.map(([name, value]) => `${name}=${escapeProperty(value)}`).join(',');
  return `::${severity} ${listed}::${escapeData(route === undefined ? message : `route "${route}": ${message}`)}`;
}

function escapeData(text: string): string {
  const escaped = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  return printable(escaped);
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
