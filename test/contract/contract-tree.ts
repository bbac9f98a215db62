import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatFinding } from '../../src/config/text/findings.ts';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import type { RoutesConfig } from '../../src/config/routes/route-config.ts';
import type { Question } from '../../src/contract/explain/explain.ts';

/** Routes as the YAML has them, and schemas by file name. JSON is YAML. */
export interface Contract {
  readonly routes: Readonly<Record<string, object>>;
  readonly schemas: Readonly<Record<string, unknown>>;
  readonly envelope?: object | string;
}

/** Small ones, so that tests can go beyond them. */
export const LIMITS: Question['limits'] = {
  maxMessageBytes: 1000,
  maxMessageDepth: 64,
  maxMessageKeys: 100,
  maxTargetIds: 10,
};

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'contract-'));
}

/** Writes config/routes.yaml and schemas/ into the folder; answers with the path of the routes file. */
export function writeContract({ schemas, ...file }: Contract, folder = newFolder()): string {
  for (const name of ['config', 'schemas']) mkdirSync(join(folder, name), { recursive: true });
  for (const [name, schema] of Object.entries(schemas)) writeFileSync(join(folder, 'schemas', name), inDialect(schema));
  const path = join(folder, 'config', 'routes.yaml');
  writeFileSync(path, JSON.stringify({ version: 1, ...file }, undefined, 2));
  return path;
}

/** The contract as checked by the gateway; throws with all that is wrong in it. */
export function checkedContract(contract: Contract): RoutesConfig {
  return checkedFile(writeContract(contract));
}

export function checkedFile(file: string): RoutesConfig {
  const { config, findings } = loadRoutes(file);
  if (!config) throw new Error(findings.map(formatFinding).join('\n'));
  return config;
}

function inDialect(schema: unknown): string {
  const dialect = { $schema: 'https://json-schema.org/draft/2020-12/schema' };
  return JSON.stringify(typeof schema === 'object' ? { ...dialect, ...schema } : schema);
}
