import type { AuthOutcome, AuthTrace } from '../auth/auth-trace.ts';
import type { Claims } from '../auth/identity.ts';
import { findToken } from '../auth/find-token.ts';
import type { AuthMethodName, TokenAnswer } from '../auth/token-answer.ts';
import { createMethods } from '../app/wire-auth.ts';
import { readEnvironment, type Settings } from '../config/environment/environment.ts';
import type { RoutesConfig } from '../config/routes/route-config.ts';
import type { Row } from '../contract/explain/explain-text.ts';
import { USER_IDS } from '../routes/user-id.ts';
import { EXIT } from './exit-codes.ts';
import { openRoutes, refuse } from './inputs.ts';
import { printRows } from './print-table.ts';
import type { Register, Terminal } from './terminal.ts';

interface Options {
  readonly file?: string;
  readonly json?: true;
}

export const registerToken: Register = (command, terminal) => {
  command
    .argument('[token]', 'the token; prefer GATEWAY_TOKEN, because arguments stay in shell histories')
    .option('--file <file>', 'the routes file, which says what a user id is (default: $ROUTES_FILE)')
    .option('--json', 'print the result as one JSON document')
    .action((token: string | undefined, options: Options) =>
      run(token, options, terminal, (problem) => command.error(`error: ${problem}`)),
    );
};

/** What one method said. */
interface MethodAnswer {
  readonly method: AuthMethodName;
  readonly answer: TokenAnswer['kind'] | 'busy';
}

/** What became of the token, in the order of the methods. */
interface Report {
  readonly outcome: AuthOutcome;
  readonly answers: readonly MethodAnswer[];
  /** Why a service cannot answer; from the gateway's own words. */
  readonly failures: readonly string[];
  readonly declared: readonly string[];
}

async function run(
  argument: string | undefined,
  { file, json }: Options,
  terminal: Terminal,
  misused: (problem: string) => never,
): Promise<void> {
  const { settings, findings } = readEnvironment(authVariables(terminal));
  if (!settings) return refuse(findings, terminal);
  const given = argument ?? terminal.environment['GATEWAY_TOKEN'];
  if (given === undefined || given === '') return misused('no token: give it as an argument, or in GATEWAY_TOKEN');
  const { configRoot } = settings;
  const rules = { routesFile: settings.routesFile, limits: settings, ...(configRoot !== undefined && { configRoot }) };
  const config = openRoutes(file ?? settings.routesFile, rules, terminal);
  if (!config) return;
  const report = await check(given, settings, config);
  if (json) terminal.print(JSON.stringify(documentOf(report), undefined, 2));
  else printRows(rowsOf(report), terminal);
  terminal.exitWith(report.outcome.kind === 'accepted' ? EXIT.ok : EXIT.failed);
}

/** A wrong PORT is nothing to a command that listens on none. */
function authVariables({ environment }: Terminal): Record<string, string | undefined> {
  const read = /^(AUTH_|GRPC_TLS_|INSECURE_AUTH_HTTP$|ROUTES_FILE$|CONFIG_ROOT$|MAX_(MESSAGE|TARGET)_)/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => read.test(name)));
}

async function check(token: string, settings: Settings, { identity }: RoutesConfig): Promise<Report> {
  const answers: MethodAnswer[] = [];
  const failures: string[] = [];
  const trace: AuthTrace = {
    answeredBy() {},
    answered: (method, answer) => void answers.push({ method, answer }),
    callStarted: () => ({
      headers: {},
      ended: (answer, status, words) => void (answer.kind === 'unavailable' && failures.push(words ?? status)),
    }),
    ended() {},
  };
  const rules = { userIds: USER_IDS[identity.userId], claims: () => identity.claims };
  const auth = createMethods(settings, rules, {
    started: () => trace,
    notReached() {},
    reached() {},
    keysFailed: (cause) => void failures.push(cause),
    keysLoaded() {},
    revocationsFailed() {},
  });
  try {
    const found = findToken({ auth: token, authorization: undefined }, auth.longestToken);
    const outcome = await auth.authenticator.identify(found, 'command');
    return { outcome, answers, failures, declared: identity.claims };
  } finally {
    auth.close();
  }
}

function documentOf({ outcome, answers, failures }: Report): object {
  const method = answers.at(-1)?.method;
  if (outcome.kind === 'rejected') {
    const { code, retry, hint } = outcome.rejection;
    return { valid: false, code, retry, ...(method && { method }), ...(hint !== undefined && { why: hint }), failures };
  }
  const { user, claims, expiresAt } = outcome.identity;
  return {
    valid: true,
    user,
    ...(method && { method }),
    claims: Object.fromEntries(claims ?? []),
    ...(expiresAt !== undefined && { expires_at: Math.floor(expiresAt / 1000) }),
  };
}

function rowsOf({ outcome, answers, failures, declared }: Report): Row[] {
  const methods = plain('methods', ...answers.map(({ method, answer }) => `${method}: ${ANSWERS[answer]}`));
  if (outcome.kind === 'accepted') {
    const { user, claims, expiresAt } = outcome.identity;
    return [
      { label: 'user', lines: [String(user)], tone: 'good' },
      ...(declared.length > 0 ? [plain('claims', ...claimLines(declared, claims))] : []),
      plain('expires', expiresAt === undefined ? 'not known' : expiryText(expiresAt)),
      methods,
    ];
  }
  const { code, message, retry, hint } = outcome.rejection;
  return [
    { label: 'refused', lines: [`${code}: ${message}`], tone: 'bad' },
    ...(hint === undefined ? [] : [plain('why', hint)]),
    ...(failures.length === 0 ? [] : [plain('cause', ...new Set(failures))]),
    plain('client', retry ? 'comes back by itself' : 'does not come back by itself'),
    ...(answers.length > 0 ? [methods] : []),
  ];
}

const ANSWERS: Readonly<Record<MethodAnswer['answer'], string>> = {
  valid: 'valid',
  invalid: 'invalid',
  'no-user-id': 'valid, without a user id of the kind in the routes file',
  'not-mine': 'not a JWT of AUTH_JWT_ISSUER, so the next method is called',
  unavailable: 'cannot answer',
  busy: 'cannot answer: too many calls wait',
};

function plain(label: string, ...lines: string[]): Row {
  return { label, lines, tone: 'plain' };
}

function claimLines(declared: readonly string[], claims: Claims | undefined): string[] {
  return declared.map((claim) => `${claim}: ${claims?.get(claim)?.join(', ') ?? 'the token has none'}`);
}

function expiryText(expiresAt: number): string {
  const seconds = Math.round((expiresAt - Date.now()) / 1000);
  const left = seconds >= 120 ? `${Math.floor(seconds / 60)} minutes` : `${Math.max(0, seconds)} s`;
  return `${new Date(expiresAt).toISOString()}, in ${left}`;
}
