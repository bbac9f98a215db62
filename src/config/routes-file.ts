import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { compileShape, type Violation } from '../schema/shape.ts';
import type { Check } from '../schema/payload-schemas.ts';
import { isObject } from '../schema/json.ts';
import { confineTo, rootFor } from './confined-files.ts';
import type { Field } from './field.ts';
import { inFileOrder, isRefused, type Finding, type FindingCode } from './findings.ts';
import { checkRoute, duplicateRoutes } from './route-rules.ts';
import { readRoute } from './read-route.ts';
import { createSchemaFiles } from './schema-files.ts';
import { readYaml, type YamlDocument } from './yaml-document.ts';

/** Who may hear a broadcast. */
export type Audience = 'authenticated' | 'anyone';

export type TargetConfig =
  { readonly kind: 'broadcast' } | { readonly kind: 'users'; readonly fields: readonly Field[] };

/** How the event's payload comes from the message. */
export type ShapeConfig =
  | { readonly kind: 'as-published' }
  | { readonly kind: 'map'; readonly fields: ReadonlyMap<string, Field> }
  | { readonly kind: 'omit'; readonly fields: readonly Field[] };

export interface RouteConfig {
  readonly name: string;
  readonly description?: string;
  readonly channels: readonly string[];
  readonly event: string;
  /** Path as the routes file has it. */
  readonly schema: string;
  readonly target: TargetConfig;
  readonly audience: Audience;
  readonly shape: ShapeConfig;
}

export interface CheckedRoute extends RouteConfig {
  readonly check: Check;
}

/** A routes file that may start a gateway. */
export interface RoutesConfig {
  readonly file: string;
  readonly traceparentField: string;
  readonly routes: readonly CheckedRoute[];
}

export interface RoutesLoading {
  readonly config?: RoutesConfig;
  /** All of them, in file order; with a config there are warnings only. */
  readonly findings: readonly Finding[];
}

const SCHEMA = new URL('../../schemas/routes.schema.json', import.meta.url);

/** @param root folder that must hold the routes file and all schemas. */
export function loadRoutes(file: string, root = rootFor(file)): RoutesLoading {
  const files = confineTo(root);
  const reading = files.read(file);
  if (!('text' in reading)) return { findings: [{ ...reading, severity: 'error', file }] };
  const { document, findings } = readYaml(file, reading.text);
  if (!document) return { findings };

  const violations = routesShape()(document.value);
  const shapeFindings = violations.map((violation) => toFinding(file, document, violation));
  const routes = soundRoutes(document.value, violations).map(([name, value]) => readRoute(name, value));
  const schemas = createSchemaFiles(dirname(resolve(file)), files);
  const checked = routes.map((route) => checkRoute({ file, document, route, schemas }));
  const all = inFileOrder([
    ...shapeFindings,
    ...checked.flatMap((route) => route.findings),
    ...duplicateRoutes(file, document, routes),
    ...schemas.findings(),
  ]);
  if (isRefused(all)) return { findings: all };
  return {
    findings: all,
    config: {
      file,
      traceparentField: traceparentField(document.value),
      routes: checked.flatMap(({ checkedRoute }) => checkedRoute ?? []),
    },
  };
}

let shape: ReturnType<typeof compileShape> | undefined;

function routesShape(): ReturnType<typeof compileShape> {
  const schema: unknown = JSON.parse(readFileSync(SCHEMA, 'utf8'));
  shape ??= compileShape(isObject(schema) ? schema : {});
  return shape;
}

/** Routes whose own shape is right: the rest of their mistakes is told in the same run. */
function soundRoutes(value: unknown, violations: readonly Violation[]): [string, Readonly<Record<string, unknown>>][] {
  const routes = isObject(value) && isObject(value['routes']) ? value['routes'] : {};
  const broken = new Set(violations.filter(({ path }) => path[0] === 'routes').map(({ path }) => path[1]));
  return Object.entries(routes).flatMap(([name, route]) =>
    isObject(route) && !broken.has(name) ? [[name, route]] : [],
  );
}

function traceparentField(value: unknown): string {
  const envelope = isObject(value) ? value['envelope'] : undefined;
  const field = isObject(envelope) ? envelope['traceparent'] : undefined;
  return typeof field === 'string' ? field : 'traceparent';
}

function toFinding(file: string, document: YamlDocument, violation: Violation): Finding {
  const [first, name] = violation.path;
  const code: FindingCode = violation.kind;
  const at = document.locate(
    violation.path.map((segment) => toKey(segment)),
    violation.of,
  );
  const empty = document.value === null && violation.path.length === 0;
  const message = empty ? 'expected a map with the keys version and routes, found nothing' : violation.message;
  return {
    code,
    severity: 'error',
    file,
    at,
    message,
    ...(first === 'routes' && name !== undefined && { route: name }),
  };
}

function toKey(segment: string): string | number {
  return /^\d+$/.test(segment) ? Number(segment) : segment;
}
