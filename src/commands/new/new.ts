import { addRoute } from '../../config/text/add-to-yaml.ts';
import type { Finding } from '../../config/text/findings.ts';
import { loadRoutes } from '../../config/routes/load-routes.ts';
import type { RoutesConfig } from '../../config/routes/route-config.ts';
import { notUserLike } from '../../contract/new-route/guesses.ts';
import { newRoute, readTargetOption, type NewRoute, type NewRouteOptions } from '../../contract/new-route/new-route.ts';
import { printFindings } from '../check/check.ts';
import type { Register, Terminal } from '../terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { readMessage } from '../message-argument.ts';
import { printResult, type NewResult } from './new-result.ts';
import { createFileChanges, type FileChanges } from './file-changes.ts';
import { readText, writeSchema } from './schema-file.ts';
import { completeOptions, type Wanted } from './questions.ts';
import { writeTest } from './test-file.ts';
import { readRules, refuse, type Rules } from '../inputs.ts';

interface Options extends Partial<Wanted> {
  readonly when?: readonly string[];
  readonly payload?: string;
  readonly schemaName?: string;
  readonly file?: string;
  readonly json?: boolean;
}

export const registerNew: Register = (command, terminal) => {
  command
    .argument('<channel>', 'the Redis channel')
    .option('--event <event>', 'the Socket.IO event that clients receive')
    .option(
      '--target <target>',
      'broadcast, user:<field> or users:<field>,<field>; a ? marks a field that may be absent',
    )
    .option('--when <fields...>', 'take only messages in which these fields have the values of the sample')
    .option('--payload <field>', 'send the value of this field, in place of the whole message')
    .option('--sample <message>', 'a message as published: a file, - for standard input, or JSON text')
    .option('--schema-name <name>', "the schema's file is <name>.schema.json (default: the channel)")
    .option('--file <file>', 'the routes file (default: $ROUTES_FILE, else config/routes.yaml)')
    .option('--json', 'print the result as one JSON document')
    .action((channel: string, options: Options) =>
      run(channel, options, terminal, (problem) => command.error(`error: ${problem}`)),
    );
};

const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

async function run(
  channel: string,
  { schemaName, when = [], payload, file, json = false, ...given }: Options,
  terminal: Terminal,
  misused: (problem: string) => never,
): Promise<void> {
  const wanted = await completeOptions(given, terminal.ask);
  if (typeof wanted === 'string') return misused(wanted);
  const { event, target: written, sample: path } = wanted;
  const target = readTargetOption(written);
  if (!target) return misused(`--target is ${JSON.stringify(written)}; allowed is broadcast, user:field or users:a,b?`);
  if (schemaName !== undefined && !FILE_NAME.test(schemaName))
    return misused('--schema-name is a name, without a folder');
  const bytes = await readMessage(path);
  if (typeof bytes === 'string') return misused(bytes);
  const rules = readRules(terminal);
  if (!rules) return;
  const routesFile = file ?? rules.routesFile;
  const { config, findings } = loadRoutes(routesFile, rules.configRoot);
  if (!config && !json) return refuse(findings, terminal);
  const sample = bytes.toString('utf8');
  const named = { ...(schemaName !== undefined && { schemaName }), ...(payload !== undefined && { payload }) };
  const options = { channel, event, target, when, sample, ...named };
  const ending: NewResult = config
    ? add({ config, rules, options, reportFindings: (found) => !json && printFindings(routesFile, found, terminal) })
    : { added: false, problem: `${routesFile} has errors already`, findings };
  printResult(ending, json, terminal);
  if (!ending.added) terminal.exitWith(config ? EXIT.failed : EXIT.config);
}

interface Work {
  readonly config: RoutesConfig;
  readonly rules: Rules;
  readonly options: NewRouteOptions;
  /** Called while the files are as they were checked, for frames show their lines. */
  readonly reportFindings: (findings: readonly Finding[]) => void;
}

function add(work: Work): NewResult {
  const made = newRoute(work.config, work.options);
  if ('problem' in made) return notAdded(made.problem);
  const changes = createFileChanges();
  try {
    const ending = writeAll(work, made, changes);
    if (!ending.added) changes.undo();
    return ending;
  } catch (error) {
    changes.undo();
    return notAdded(error instanceof Error ? error.message : String(error));
  }
}

/** Written first and checked then, as findings have their place in files. */
function writeAll(
  { config: { file }, rules, options, reportFindings }: Work,
  made: NewRoute,
  changes: FileChanges,
): NewResult {
  const { path: schema, guesses } = writeSchema(file, made, options.target.fields, changes);
  const before = readText(file, rules.configRoot);
  const { text, isReformatted } = addRoute(before, made.name, made.route);
  changes.write(file, text, before);
  const { config, findings } = loadRoutes(file, rules.configRoot);
  reportFindings(findings);
  if (!config) return notAdded('the route would not pass the check; all files are as before', findings);
  const written = writeTest(config, { ...made, channel: options.channel }, rules, changes);
  const reformattedTest = 'test' in written && written.isReformatted ? [written.test] : [];
  return {
    added: true,
    route: made.name,
    file,
    schema,
    guesses,
    warnings: options.target.fields.flatMap((field) => notUserLike(field) ?? []),
    ...('test' in written ? { test: written.test } : written),
    created: 'test' in written && written.isNew ? [schema, written.test] : [schema],
    laidOutAnew: isReformatted ? [file, ...reformattedTest] : reformattedTest,
    routes: config.routes.length,
    findings,
  };
}

function notAdded(problem: string, findings: readonly Finding[] = []): NewResult {
  return { added: false, problem, findings };
}
