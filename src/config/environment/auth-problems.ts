import { readFileSync } from 'node:fs';
import type { Severity } from '../text/findings.ts';

/** The settings that belong together. */
export interface AuthSettings {
  readonly authMethods: readonly string[];
  readonly authJwtIssuer: string | undefined;
  readonly authJwtAudience: string | undefined;
  readonly authJwksUrl: URL | undefined;
  readonly authJwtKeyFile: string | undefined;
  readonly authHttpUrl: URL | undefined;
  readonly authHttpStyle: string;
  readonly authHttpClientId: string | undefined;
  readonly authHttpClientSecret: string | undefined;
  readonly insecureAuthHttp: boolean;
}

export interface AuthProblem {
  readonly severity: Severity;
  readonly message: string;
}

/** Variables without a default that only the method `jwt` reads. */
const OF_JWT = ['AUTH_JWT_ISSUER', 'AUTH_JWT_AUDIENCE', 'AUTH_JWKS_URL', 'AUTH_JWT_KEY_FILE', 'AUTH_JWT_CLAIMS'];

const OF_HTTP = [
  'AUTH_HTTP_URL',
  'AUTH_HTTP_USER',
  'AUTH_HTTP_CLAIMS',
  'AUTH_HTTP_CLIENT_ID',
  'AUTH_HTTP_CLIENT_SECRET',
];

/** What is missing or contradicts itself in the variables of the methods of auth. */
export function authProblems(settings: AuthSettings, isSet: (variable: string) => boolean): AuthProblem[] {
  const unread = (method: string, variables: readonly string[]): AuthProblem[] =>
    variables
      .filter(isSet)
      .map((name) => warning(`${name} is set, but AUTH_METHODS has no ${method}, so it is not read`));
  const { authMethods: methods } = settings;
  return [
    ...(methods.includes('jwt') ? [...missing(settings), ...keyProblems(settings)] : unread('jwt', OF_JWT)),
    ...(methods.includes('http') ? httpProblems(settings) : unread('http', OF_HTTP)),
  ];
}

function httpProblems(settings: AuthSettings): AuthProblem[] {
  const { authHttpUrl: url, authHttpStyle, authHttpClientId: id, authHttpClientSecret: secret } = settings;
  if (url === undefined)
    return [error('AUTH_METHODS has http, which needs AUTH_HTTP_URL: the endpoint that knows tokens')];
  const problems = plainProblems('AUTH_HTTP_URL', url, settings, 'a program on the way can read every token');
  if ((id === undefined) !== (secret === undefined))
    problems.push(error('AUTH_HTTP_CLIENT_ID and AUTH_HTTP_CLIENT_SECRET belong together; set both or neither'));
  else if (id !== undefined && authHttpStyle === 'bearer')
    problems.push(warning('AUTH_HTTP_CLIENT_ID is set, but only AUTH_HTTP_STYLE=introspection sends it'));
  return problems;
}

function missing({ authJwtIssuer, authJwtAudience, authJwksUrl, authJwtKeyFile }: AuthSettings): AuthProblem[] {
  const problems: AuthProblem[] = [];
  if (authJwtIssuer === undefined)
    problems.push(error('AUTH_METHODS has jwt, which needs AUTH_JWT_ISSUER: the `iss` of tokens'));
  if (authJwtAudience === undefined)
    problems.push(
      error('AUTH_METHODS has jwt, which needs AUTH_JWT_AUDIENCE: tokens for other services are not accepted'),
    );
  if ((authJwksUrl === undefined) === (authJwtKeyFile === undefined))
    problems.push(
      error(
        "AUTH_METHODS has jwt, which needs the issuer's keys: set AUTH_JWKS_URL or AUTH_JWT_KEY_FILE, and only one of them",
      ),
    );
  return problems;
}

function keyProblems(settings: AuthSettings): AuthProblem[] {
  const { authJwksUrl: url, authJwtKeyFile: file } = settings;
  if (file !== undefined) return fileProblems(file);
  return url === undefined
    ? []
    : plainProblems('AUTH_JWKS_URL', url, settings, 'a program on the way can replace the keys');
}

function plainProblems(name: string, url: URL, { insecureAuthHttp }: AuthSettings, danger: string): AuthProblem[] {
  if (url.protocol === 'https:' || isLoopback(url)) return [];
  const message = `${name} is plain http to ${url.host}: ${danger}`;
  return [insecureAuthHttp ? warning(message) : error(`${message}. Write https, or INSECURE_AUTH_HTTP=true`)];
}

function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

function fileProblems(file: string): AuthProblem[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    return [
      error(`AUTH_JWT_KEY_FILE: ${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`),
    ];
  }
  if (/-----BEGIN (?:\w+ )?PRIVATE KEY-----/.test(text))
    return [
      error(
        `AUTH_JWT_KEY_FILE: ${file} holds a private key; the gateway needs only the public one, and must not have the other`,
      ),
    ];
  return [];
}

function error(message: string): AuthProblem {
  return { severity: 'error', message };
}

function warning(message: string): AuthProblem {
  return { severity: 'warning', message };
}
