import { readFileSync } from 'node:fs';
import type { Severity } from '../text/findings.ts';

/** The settings that belong together. */
export interface AuthSettings {
  readonly authMethods: readonly string[];
  readonly authJwtIssuer: string | undefined;
  readonly authJwtAudience: string | undefined;
  readonly authJwksUrl: URL | undefined;
  readonly authJwtKeyFile: string | undefined;
  readonly insecureAuthHttp: boolean;
}

export interface AuthProblem {
  readonly severity: Severity;
  readonly message: string;
}

/** Variables without a default that only the method `jwt` reads. */
const OF_JWT = ['AUTH_JWT_ISSUER', 'AUTH_JWT_AUDIENCE', 'AUTH_JWKS_URL', 'AUTH_JWT_KEY_FILE', 'AUTH_JWT_CLAIMS'];

/** What is missing or contradicts itself in the variables of the methods of auth. */
export function authProblems(settings: AuthSettings, isSet: (variable: string) => boolean): AuthProblem[] {
  return settings.authMethods.includes('jwt')
    ? [...missing(settings), ...keyProblems(settings)]
    : OF_JWT.filter(isSet).map((name) => warning(`${name} is set, but AUTH_METHODS has no jwt, so it is not read`));
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

function keyProblems({ authJwksUrl: url, authJwtKeyFile: file, insecureAuthHttp }: AuthSettings): AuthProblem[] {
  if (file !== undefined) return fileProblems(file);
  if (url === undefined || url.protocol === 'https:' || isLoopback(url)) return [];
  const message = `AUTH_JWKS_URL is plain http to ${url.host}: a program on the way can replace the keys`;
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
