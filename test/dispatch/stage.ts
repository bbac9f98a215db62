import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { formatFinding } from '../../src/config/text/findings.ts';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import type { Control } from '../../src/dispatch/control.ts';
import { createDispatch } from '../../src/dispatch/pubsub.ts';
import type { Fanout } from '../../src/dispatch/fanout.ts';
import type { Outcome } from '../../src/dispatch/outcome.ts';
import type { Handled } from '../../src/dispatch/report.ts';
import type { MessageLimits } from '../../src/dispatch/message.ts';
import { compilePlan, type Plan } from '../../src/routes/plan.ts';
import type { UserId } from '../../src/routes/user-id.ts';

export interface Emitted {
  readonly rooms: readonly string[];
  readonly event: string;
  readonly payload: string;
}

/** The message path from raw bytes to a fan-out that only notes what it is asked. */
export interface DispatchStage {
  readonly plan: Plan;
  readonly emitted: Emitted[];
  /** Users whose connections were to be closed, message by message. */
  readonly disconnected: UserId[][];
  readonly handled: Handled[];
  /** @returns what became of it, one outcome per route. */
  receive(channel: string, raw: string | Buffer): readonly Outcome[];
}

export const LIMITS: MessageLimits = {
  maxMessageBytes: 1024 * 1024,
  maxMessageDepth: 64,
  maxMessageKeys: 1000,
  maxTargetIds: 100,
};

/** Real files, real plan; `fanout` says who is here. */
export function stageDispatch(
  yaml: string,
  schemas: Record<string, object>,
  fanout: Partial<Fanout> = {},
  control: Partial<Control> = {},
): DispatchStage {
  const plan = planOf(yaml, schemas);
  const emitted: Emitted[] = [];
  const disconnected: UserId[][] = [];
  const handled: Handled[] = [];
  const dispatch = createDispatch({
    plan: () => plan,
    fanout: { count: () => 1, emit: (rooms, event, payload) => emitted.push({ rooms, event, payload }), ...fanout },
    control: { disconnectUsers: (users) => (disconnected.push([...users]), 1), ...control },
    events: { handled: (message) => handled.push(message) },
    limits: LIMITS,
  });
  return {
    plan,
    emitted,
    disconnected,
    handled,
    receive(channel, raw) {
      dispatch(channel, Buffer.from(raw));
      return handled.at(-1)?.outcomes ?? [];
    },
  };
}

function planOf(yaml: string, schemas: Record<string, object>): Plan {
  const root = mkdtempSync(join(tmpdir(), 'dispatch-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'config'));
  for (const [name, schema] of Object.entries(schemas))
    writeFileSync(join(root, `${name}.json`), JSON.stringify(schema));
  const file = join(root, 'config', 'routes.yaml');
  writeFileSync(file, yaml);
  const { config, findings } = loadRoutes(file);
  if (!config) throw new Error(findings.map(formatFinding).join('\n'));
  return compilePlan(config, 1);
}
