import { describe, expect, test } from 'vitest';
import { FAULTS } from './all.ts';
import { runFault } from './run-fault.ts';

// The faults that pay most, and are short. `npm run test:faults` runs all of them.
const SELECTION = FAULTS.filter(({ ci }) => ci);

describe('under load, with clients of all transports on several instances, nothing is lost in silence while', () => {
  test.each(SELECTION.map((fault) => [fault.id, fault.title, fault] as const))(
    '%s: %s',
    { timeout: 120_000 },
    async (_, _title, fault) => {
      const { failures, verdict } = await runFault(fault);
      expect(failures).toEqual([]);
      expect(verdict.delivered).toBeGreaterThan(0);
    },
  );
});
