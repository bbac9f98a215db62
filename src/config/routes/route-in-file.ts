import { valueAt } from '../../schema/json.ts';
import type { IdentityConfig } from './identity.ts';
import type { Finding, FindingCode, Severity } from '../text/findings.ts';
import type { RouteConfig } from './route-config.ts';
import type { SchemaFilesLoader } from './schema-files.ts';
import type { YamlDocument } from '../text/yaml-document.ts';

/** A route with everything that its rules read. */
export interface RouteInFile {
  readonly file: string;
  readonly document: YamlDocument;
  readonly route: RouteConfig;
  readonly identity: IdentityConfig;
  readonly schemas: SchemaFilesLoader;
}

/** @param path inside the route. */
export type Report = (code: FindingCode, path: readonly string[], message: string, severity?: Severity) => Finding;

export function reporter({ file, document, route }: RouteInFile): Report {
  return (code, path, message, severity = 'error') => {
    const at = document.locate(['routes', route.name, ...path]);
    return { code, severity, file, at, route: route.name, message };
  };
}

/** Channels of the route as written, braces doubled; empty where it subscribes to none. */
export function channelsAsWritten(input: RouteInFile): string[] {
  const { channels, name } = input.route;
  const channel = written(input, 'channel') ?? name;
  const texts = (Array.isArray(channel) ? channel : [channel]).map(String);
  return texts.length === channels.length ? texts : [];
}

/** The value at this path inside the route, if there is one. */
export function written({ document, route }: RouteInFile, ...path: readonly string[]): unknown {
  return valueAt(document.value, ['routes', route.name, ...path]);
}
