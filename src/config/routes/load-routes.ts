import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { compileShape, type Violation } from '../../schema/shape.ts';
import { isObject, valueAt } from '../../schema/json.ts';
import { confineTo, rootFor, type FileRefusal } from '../text/confined-files.ts';
import { readEnvelope } from './envelope.ts';
import { readIdentity } from './identity.ts';
import { firstFindings, inFileOrder, isRefused, type Finding } from '../text/findings.ts';
import { checkRoute, duplicateRoutes, sameField } from './route-rules.ts';
import { readRoute } from './read-route.ts';
import type { CheckedRoute, RoutesConfig } from './route-config.ts';
import { createSchemaFiles, type SchemaFilesLoader } from './schema-files.ts';
import { createSchemaMemory, type SchemaMemory } from './schema-memory.ts';
import { atOnce, type Steps } from './slices.ts';
import { targetAdvice } from './target-advice.ts';
import { readYaml, type YamlDocument } from '../text/yaml-document.ts';

export interface RoutesLoading {
  readonly config?: RoutesConfig;
  /** All findings in file order; only warnings where there is a config. */
  readonly findings: readonly Finding[];
}

/** The same limit as in schemas/routes.schema.json, which editors read. */
export const MAX_ROUTES = 20_000;

const SCHEMA = new URL('../../../schemas/routes.schema.json', import.meta.url);

/**
 * Loads a routes file with its schemas, and reports every finding in one run.
 * @param root folder that must hold the routes file and all schemas.
 * @param shown name of the routes file in findings; schemas are named relative to it.
 */
export function loadRoutes(file: string, root = rootFor(file), shown = file): RoutesLoading {
  return atOnce(loadingRoutes(file, { root, shown, memory: createSchemaMemory() }));
}

export interface LoadingOptions {
  readonly root: string;
  readonly shown: string;
  readonly memory: SchemaMemory;
}

/** Loads in steps, so that a running gateway handles messages in between. */
export function* loadingRoutes(file: string, { root, shown, memory }: LoadingOptions): Steps<RoutesLoading> {
  const files = confineTo(root);
  const reading = files.read(file);
  if (!('text' in reading)) return refused([{ ...notThere(reading, file), severity: 'error', file: shown }]);
  yield;
  const { document, findings } = readYaml(shown, reading.text);
  if (!document) return refused(findings);
  yield;
  const routes = yield* checkedRoutes(shown, document, createSchemaFiles(file, files, { shown, memory }));
  memory.loaded();
  const all = inFileOrder([...findings, ...routes.findings.filter((one) => !isTold(one, findings))]);
  if (isRefused(all)) return { findings: firstFindings(all) };
  const { value } = document;
  const config = { file, envelope: readEnvelope(value), identity: readIdentity(value), routes: routes.checked };
  return { findings: firstFindings(all), config };
}

/** Adds what a path on a command line or in the environment is relative to. */
function notThere(problem: FileRefusal, file: string): FileRefusal {
  const counted = problem.code === 'file-unreadable' && !isAbsolute(file);
  return counted
    ? {
        ...problem,
        message: `${problem.message}${problem.message.endsWith('?') ? ' It' : '. The path'} is relative to the folder in which the command runs`,
      }
    : problem;
}

function refused(findings: readonly Finding[]): RoutesLoading {
  return { findings: firstFindings(inFileOrder(findings)) };
}

/** Leaves out keys that are refused everywhere: they are not reported as unknown, too. */
function isTold({ code, at }: Finding, findings: readonly Finding[]): boolean {
  if (code !== 'unknown-key' && code !== 'wrong-value') return false;
  return findings.some((other) => other.at?.line === at?.line && other.at?.column === at?.column);
}

function* checkedRoutes(
  file: string,
  document: YamlDocument,
  schemas: SchemaFilesLoader,
): Steps<{ checked: CheckedRoute[]; findings: Finding[] }> {
  const many = tooManyRoutes(file, document);
  if (many) return { checked: [], findings: [many] };
  const violations = routesShape(document.value);
  const envelope = readEnvelope(document.value);
  const routes = soundParts(document.value, violations).map(([name, value]) => readRoute(name, value, envelope));
  const identity = readIdentity(document.value);
  const results: ReturnType<typeof checkRoute>[] = [];
  for (const route of routes) {
    results.push(checkRoute({ file, document, route, schemas, identity }));
    yield;
  }
  return {
    checked: results.flatMap(({ checkedRoute }) => checkedRoute ?? []),
    findings: [
      ...violations.map((violation) => toFinding(file, document, violation)),
      ...sameField(file, document),
      ...results.flatMap(({ findings }) => findings),
      ...duplicateRoutes(file, document, routes),
      ...schemas.findings(),
    ],
  };
}

/** Reported alone: findings of that many routes would take long to compute and to read. */
function tooManyRoutes(file: string, document: YamlDocument): Finding | undefined {
  const routes = valueAt(document.value, ['routes']);
  const count = isObject(routes) ? Object.keys(routes).length : 0;
  if (count <= MAX_ROUTES) return undefined;
  const message = `found ${count} routes, at most ${MAX_ROUTES} are allowed; split them between several gateways`;
  return { code: 'too-many-routes', severity: 'error', file, at: document.locate(['routes'], 'key'), message };
}

const routesShape = compileShape(JSON.parse(readFileSync(SCHEMA, 'utf8')));

/** Removes keys of a wrong shape, so that findings in the other keys are reported in the same run. */
function soundParts(value: unknown, violations: readonly Violation[]): [string, Readonly<Record<string, unknown>>][] {
  const routes = isObject(value) && isObject(value['routes']) ? value['routes'] : {};
  const broken = new Set(violations.map(({ path }) => JSON.stringify(path.slice(0, 3))));
  return Object.entries(routes).flatMap(([name, route]) => {
    if (!isObject(route)) return [];
    const isSound = (key: string): boolean => !broken.has(JSON.stringify(['routes', name, key]));
    const sound = Object.entries(route).filter(([key]) => isSound(key));
    // An absent channel would mean the channel of the route's name, so the key stays.
    return [[name, { ...(isSound('channel') ? {} : { channel: [] }), ...Object.fromEntries(sound) }]];
  });
}

function toFinding(file: string, document: YamlDocument, violation: Violation): Finding {
  const { kind, path, of, message } = violation;
  const [first, name] = path;
  return {
    code: kind,
    severity: 'error',
    file,
    at: document.locate(path, of),
    message: message + targetAdvice(violation),
    ...(first === 'routes' && name !== undefined && { route: name }),
  };
}
