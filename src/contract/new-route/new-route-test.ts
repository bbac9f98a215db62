import type { RoutesConfig } from '../../config/routes/route-config.ts';
import type { MessageLimits } from '../../dispatch/message.ts';
import { compilePlan } from '../../routes/plan.ts';
import type { UserIds } from '../../routes/user-id.ts';
import { dryRun, type Result } from '../explain/dry-run.ts';
import { isUsers, recipientsOf } from '../explain/recipients.ts';

/** A test that expects of a message what becomes of it now, on every route of its channel. */
export function newRouteTest(config: RoutesConfig, channel: string, message: unknown, limits: MessageLimits) {
  const plan = compilePlan(config, 1);
  const results = dryRun({ config, plan }, channel, Buffer.from(JSON.stringify(message)), limits);
  const taking = results.filter(({ kind }) => kind !== 'passed-over');
  const [only, ...others] = (taking.length > 0 ? taking : results.slice(0, 1)).map((result) =>
    expectationOf(result, plan.userIds),
  );
  return {
    name: `a message on ${channel} reaches those it is for`,
    publish: { channel, message },
    expect: others.length === 0 ? only : [only, ...others],
  };
}

function expectationOf(result: Result, { onWire }: UserIds): object {
  const route = result.route === undefined ? {} : { route: result.route };
  if (result.kind === 'passed-over') return { passed_over: true };
  if (result.kind === 'dropped') return { ...route, drop: result.reason };
  if (result.kind === 'disconnected') return { ...route, action: 'disconnect', to: result.users.map(onWire) };
  const recipients = recipientsOf(result.rooms);
  return { ...route, event: result.event, to: isUsers(recipients) ? recipients.map(onWire) : recipients };
}
