import { accessSync, constants } from 'node:fs';

type Variables = Readonly<Record<string, string | undefined>>;

/** The settings in the standard `OTEL_*` variables, with the problems found in them. */
export interface OtlpSettings {
  /** Whether spans are exported: an endpoint is set, and its address is understood. */
  readonly isWanted: boolean;
  /** Origin of the endpoint, without path, user or password. */
  readonly collector?: string;
  readonly problems: readonly string[];
}

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'];
const EXPORTERS = ['otlp', 'console', 'zipkin', 'none'];
const RATIO_SAMPLERS = ['traceidratio', 'parentbased_traceidratio'];
const SAMPLERS = ['always_on', 'always_off', 'parentbased_always_on', 'parentbased_always_off', ...RATIO_SAMPLERS];
const FILES = ['CERTIFICATE', 'CLIENT_CERTIFICATE', 'CLIENT_KEY'].flatMap((file) => [
  `OTEL_EXPORTER_OTLP_TRACES_${file}`,
  `OTEL_EXPORTER_OTLP_${file}`,
]);

/** Reads the `OTEL_*` variables; a value that is not understood becomes a problem, and never a failed start. */
export function readOtlpSettings(environment: Variables): OtlpSettings {
  const isDisabled = environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
  if (isDisabled || environment['OTEL_TRACES_EXPORTER'] === 'none') return { isWanted: false, problems: [] };
  const name = ENDPOINTS.find((one) => environment[one]);
  const exporter = exporterProblem(environment, name !== undefined);
  if (name === undefined) return { isWanted: false, problems: exporter };
  const { collector, problem } = readEndpoint(name, environment[name] ?? '');
  const problems = [...exporter, ...(problem ? [problem] : []), ...protocolProblem(environment)];
  return {
    isWanted: collector !== undefined,
    ...(collector !== undefined && { collector }),
    problems: [...problems, ...samplerProblems(environment), ...fileProblems(environment)],
  };
}

function exporterProblem({ OTEL_TRACES_EXPORTER: text }: Variables, hasEndpoint: boolean): string[] {
  const names = (text ?? '').split(',').map((one) => one.trim());
  const unknown = names.filter((one) => one !== '' && !EXPORTERS.includes(one));
  if (unknown.length > 0)
    return [notUnderstood('OTEL_TRACES_EXPORTER', unknown.join(','), EXPORTERS, 'it sends nothing')];
  if (hasEndpoint || text === undefined || text === '') return [];
  return [`OTEL_TRACES_EXPORTER is ${quoted(text)}, and there is no endpoint: no spans are sent; set ${ENDPOINTS[1]}`];
}

function readEndpoint(name: string, text: string): { collector?: string; problem?: string } {
  const url = URL.parse(text.trim());
  if (url && ['http:', 'https:'].includes(url.protocol) && url.host !== '') return { collector: url.origin };
  // Credentials may precede the @, and keys may follow the ?.
  const shown = quoted(text.replace(/^.*@/s, '…@').replace(/[?#].*$/s, '?…'));
  return {
    problem: `${name} is ${shown}; allowed is an address that begins with http:// or https://, such as http://localhost:4318; no spans are sent`,
  };
}

function protocolProblem(environment: Variables): string[] {
  const names = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'];
  const name = names.find((one) => environment[one]);
  const text = environment[name ?? ''];
  if (name === undefined || text === undefined || PROTOCOLS.includes(text.trim())) return [];
  return [notUnderstood(name, text, PROTOCOLS, 'http/protobuf is used')];
}

function samplerProblems({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument }: Variables): string[] {
  if (sampler === undefined || sampler === '') return [];
  if (!SAMPLERS.includes(sampler))
    return [notUnderstood('OTEL_TRACES_SAMPLER', sampler, SAMPLERS, 'parentbased_always_on is used')];
  if (!RATIO_SAMPLERS.includes(sampler) || argument === undefined) return [];
  const ratio = argument.trim() === '' ? Number.NaN : Number(argument);
  return ratio >= 0 && ratio <= 1
    ? []
    : [notUnderstood('OTEL_TRACES_SAMPLER_ARG', argument, ['a number from 0 to 1'], '1 is used: all is recorded')];
}

function fileProblems(environment: Variables): string[] {
  return FILES.flatMap((name) => {
    const path = environment[name];
    if (!path) return [];
    try {
      accessSync(path, constants.R_OK);
      return [];
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      return [`${name} names a file that cannot be read (${code}): the collector's certificate is checked without it`];
    }
  });
}

function notUnderstood(name: string, text: string, allowed: readonly string[], instead: string): string {
  return `${name} is ${quoted(text)}, which is not understood; allowed is ${allowed.join(', ')}; ${instead}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
