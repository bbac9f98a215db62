import { isObject } from '../../schema/json.ts';

const OWN_FILE = 'write the schema as JSON into a file of its own';

/** Names the format of a text that is not JSON, as the end of a sentence. */
export function foreignText(text: string): string | undefined {
  if (/^\s*[{["]/.test(text)) return undefined;
  // A comment, a document start or a key: YAML, as schemas in AsyncAPI and OpenAPI documents are.
  const isYaml = /^(?:\s*(?:#.*|%YAML.*|---.*)?\n)*\s*["']?[$\w][\w$./-]*["']?\s*:(?:\s|$)/.test(text);
  return isYaml ? `is YAML, but schemas are JSON; ${OWN_FILE}` : undefined;
}

const DOCUMENTS = { openapi: 'an OpenAPI', swagger: 'a Swagger', asyncapi: 'an AsyncAPI' };

/** Names a JSON document that holds schemas but is not one. */
export function foreignDocument(json: unknown): string | undefined {
  if (!isObject(json)) return undefined;
  const found = Object.entries(DOCUMENTS).find(([key]) => typeof json[key] === 'string');
  return found && `is ${found[1]} document, not a JSON Schema; ${OWN_FILE}`;
}

/** Explains why a path in a routes file names no file, where the path itself shows it. */
export function misreadPath(path: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path))
    return 'does not exist: it is an address, and the gateway fetches no schemas; put a copy next to the routes file';
  const [file, place] = path.split('#');
  if (place === undefined) return undefined;
  return `does not exist: a route names a whole file, and "#${place}" is a place inside ${file}; ${OWN_FILE}`;
}
