/** Rows of docs/bad-input.md, or parts of them, about keys that do not exist, or tested elsewhere. */
export const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  B11: 'targets are fields of the message, not templates: there is no text that could become empty or "*"',
  'B12 overlap': 'channels are names; patterns are refused as unsupported-channel (row B12), so none can overlap',
  'B19 timing':
    'time is not measured, so that a file is judged alike on each machine; uniqueItems is warned of by its shape',
  'B20 durations': 'no variable holds one',
  'B20 GATEWAY_*': 'no variable has that prefix, and Kubernetes injects such names for a service called gateway',
  'B21 TLS to a plain port': 'told by connecting, not by reading',
  B22: 'what a reload does with a bad file is told by the tests of reload',
};
