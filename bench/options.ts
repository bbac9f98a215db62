import { parseArgs } from 'node:util';

export interface Options {
  readonly quick: boolean;
  /** Beginnings of row names; empty: all. */
  readonly scenarios: readonly string[];
  readonly repeat: number;
  /** Built gateways (folders like `dist`); empty: the source as it is now is built. Two or more are compared. */
  readonly gateways: readonly string[];
  /** How long each load lasts. */
  readonly seconds: number;
  /** Seconds to wait, altogether, for others to leave the server's processor alone. */
  readonly patience: number;
  /** No crowd is larger. */
  readonly mostClients: number;
  readonly out: string | undefined;
  readonly list: boolean;
}

export const USAGE = `npm run bench -- [options]
  --quick              smaller and shorter, within three minutes
  --scenario <name>    rows whose names begin so; may be repeated
  --repeat <n>         rounds; medians are shown (9, with --quick 3)
  --gateway <folder>   a built gateway (its dist folder) instead of the source as it is; twice or more: compare them
  --seconds <s>        how long each load lasts (1, with --quick 0.3)
  --patience <s>       wait so long, altogether, for other processes to leave the server's cpu (600, with --quick 0)
  --clients <n>        no crowd larger than this
  --out <file>         results as JSON (bench/results/<date>.json)
  --list               names of all rows, nothing is run
`;

export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      scenario: { type: 'string', multiple: true, default: [] },
      repeat: { type: 'string' },
      gateway: { type: 'string', multiple: true, default: [] },
      seconds: { type: 'string' },
      patience: { type: 'string' },
      clients: { type: 'string' },
      out: { type: 'string' },
      list: { type: 'boolean', default: false },
    },
  });
  return {
    quick: values.quick,
    scenarios: values.scenario,
    repeat: positive('repeat', values.repeat, values.quick ? 3 : 9),
    gateways: values.gateway,
    seconds: positive('seconds', values.seconds, values.quick ? 0.3 : 1),
    patience: notNegative('patience', values.patience, values.quick ? 0 : 600),
    mostClients: positive('clients', values.clients, Number.POSITIVE_INFINITY),
    out: values.out,
    list: values.list,
  };
}

function notNegative(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value >= 0)) throw new TypeError(`--${name} takes a number`);
  return value;
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  const value = notNegative(name, text, otherwise);
  if (value === 0) throw new TypeError(`--${name} takes a number above 0`);
  return value;
}
