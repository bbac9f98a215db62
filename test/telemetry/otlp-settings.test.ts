import { describe, expect, test } from 'vitest';
import { readOtlpSettings } from '../../src/telemetry/tracing/otlp-settings.ts';

const HERE = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' };

describe('variables of OpenTelemetry', () => {
  test.each([
    ['nothing', {}, false],
    ['an endpoint', HERE, true],
    ['an endpoint for traces', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://otel.example/v1/traces' }, true],
    ['exporter none', { ...HERE, OTEL_TRACES_EXPORTER: 'none' }, false],
    ['exporter otlp', { ...HERE, OTEL_TRACES_EXPORTER: 'otlp' }, true],
    ['switched off', { ...HERE, OTEL_SDK_DISABLED: 'TRUE' }, false],
    ['a ratio', { ...HERE, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }, true],
    [
      'an argument that its sampler does not read',
      { ...HERE, OTEL_TRACES_SAMPLER: 'always_on', OTEL_TRACES_SAMPLER_ARG: 'x' },
      true,
    ],
    ['grpc', { ...HERE, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, true],
  ])('are understood: %s', (_, environment, isWanted) => {
    expect(readOtlpSettings(environment)).toMatchObject({ isWanted, problems: [] });
  });

  test.each<[what: string, environment: Record<string, string>, problem: RegExp]>([
    [
      'an endpoint without a scheme',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4317' },
      /ENDPOINT is "localhost:4317"; allowed is .*http:\/\/.*no spans are sent/,
    ],
    [
      'an endpoint that is a name',
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'collector' },
      /TRACES_ENDPOINT is "collector"/,
    ],
    [
      'an endpoint of another scheme',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://otel:4317' },
      /ENDPOINT is "grpc:\/\/otel:4317"/,
    ],
    [
      'a sampler of another SDK',
      { ...HERE, OTEL_TRACES_SAMPLER: 'jaeger_remote' },
      /SAMPLER is "jaeger_remote".*allowed is always_on.*parentbased_always_on is used/,
    ],
    [
      'an argument that is no number',
      { ...HERE, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'abc' },
      /SAMPLER_ARG is "abc".*from 0 to 1; 1 is used/,
    ],
    [
      'an argument that is empty',
      { ...HERE, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '' },
      /SAMPLER_ARG is ""/,
    ],
    [
      'an argument above 1',
      { ...HERE, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '50' },
      /SAMPLER_ARG is "50"/,
    ],
    [
      'a protocol',
      { ...HERE, OTEL_EXPORTER_OTLP_PROTOCOL: 'http' },
      /PROTOCOL is "http".*allowed is http\/protobuf, http\/json, grpc; http\/protobuf is used/,
    ],
    ['an exporter', { ...HERE, OTEL_TRACES_EXPORTER: 'jaeger' }, /EXPORTER is "jaeger".*allowed is otlp/],
    [
      'the exporter otlp without an endpoint',
      { OTEL_TRACES_EXPORTER: 'otlp' },
      /no endpoint: no spans are sent; set OTEL_EXPORTER_OTLP_ENDPOINT/,
    ],
    [
      'a file that is missing',
      { ...HERE, OTEL_EXPORTER_OTLP_CERTIFICATE: '/no/such/place.pem' },
      /CERTIFICATE names a file that cannot be read \(ENOENT\)/,
    ],
  ])('are not: %s', (_, environment, problem) => {
    expect(readOtlpSettings(environment).problems).toEqual([expect.stringMatching(problem)]);
  });

  test('never show a password, a key or a path', () => {
    const secrets = [
      readOtlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'user:canary@host:4317' }),
      readOtlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'host:4317?key=canary' }),
      readOtlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://user:canary@host/canary?key=canary' }),
      readOtlpSettings({ ...HERE, OTEL_EXPORTER_OTLP_CLIENT_KEY: '/canary/key.pem' }),
    ];
    expect(JSON.stringify(secrets)).not.toContain('canary');
    expect(secrets[2]?.collector).toBe('https://host');
  });
});
