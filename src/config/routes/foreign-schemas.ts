import { isObject } from '../../schema/json.ts';

const OWN_FILE = 'write the schema as JSON into a file of its own';

/** What a text is that is no JSON, where that can be told; as the end of a sentence. */
export function foreignText(text: string): string | undefined {
  if (/^\s*[{["]/.test(text)) return undefined;
  // A comment, a document's start, or a key: YAML, as AsyncAPI and OpenAPI people write schemas.
  const isYaml = /^(?:\s*(?:#.*|%YAML.*|---.*)?\n)*\s*["']?[$\w][\w$./-]*["']?\s*:(?:\s|$)/.test(text);
  return isYaml ? `is YAML, and schemas are read as JSON; ${OWN_FILE}` : undefined;
}

const DOCUMENTS = { openapi: 'an OpenAPI', swagger: 'a Swagger', asyncapi: 'an AsyncAPI' };

/** What a JSON document is that is no schema, though it holds some. */
export function foreignDocument(json: unknown): string | undefined {
  if (!isObject(json)) return undefined;
  const found = Object.entries(DOCUMENTS).find(([key]) => typeof json[key] === 'string');
  return found && `is ${found[1]} document, not a JSON Schema; ${OWN_FILE}`;
}

/** Why a path in a routes file leads to no file, where more can be told than that there is none. */
export function misreadPath(path: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path))
    return 'does not exist: it is an address, and nothing is fetched; put a copy beside the routes file';
  const [file, place] = path.split('#');
  if (place === undefined) return undefined;
  return `does not exist: a route names a whole file, and "#${place}" is a place inside ${file}; ${OWN_FILE}`;
}
