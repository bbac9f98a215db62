import type { RoutesConfig } from '../../config/routes/route-config.ts';
import type { QuarantineReader } from '../../redis/quarantine-reader.ts';
import type { RedisTarget } from '../../redis/redis-target.ts';
import type { Rules } from '../inputs.ts';

/** The inputs of the three commands. */
export interface QuarantineQuery {
  readonly reader: QuarantineReader;
  /** Names of the routes whose quarantine is read. */
  readonly routes: readonly string[];
  readonly config: RoutesConfig;
  readonly rules: Rules;
  readonly redis: RedisTarget;
  readonly json: boolean;
  readonly limit: number;
}
