import { isSameEnvelope, type Envelope } from '../../config/routes/envelope.ts';
import type { CheckedRoute, RoutesConfig } from '../../config/routes/route-config.ts';
import { change, effect, type Change } from './change.ts';

type Versions<Of> = Readonly<Record<'before' | 'after', Of>>;

/** What changes about where messages carry the payload, the trace context and the time: in the file, for routes without their own. */
export function envelopeChanges(before: RoutesConfig, after: RoutesConfig): Change[] {
  const isUsed = ({ routes, envelope }: RoutesConfig): boolean =>
    routes.length === 0 || routes.some((route) => isSameEnvelope(route.envelope, envelope));
  return isUsed(before) && isUsed(after) ? changesBetween(before.envelope, after.envelope) : [];
}

/** The same for one route, where the envelope of the file does not say it. */
export function routeEnvelopeChanges(route: Versions<CheckedRoute>, file: Versions<RoutesConfig>): Change[] {
  const isOfFile = (version: 'before' | 'after'): boolean =>
    isSameEnvelope(route[version].envelope, file[version].envelope);
  if (isOfFile('before') && isOfFile('after')) return [];
  return changesBetween(route.before.envelope, route.after.envelope, route.after);
}

function changesBetween(old: Envelope, now: Envelope, route?: CheckedRoute): Change[] {
  if (old.kind !== 'fields' || now.kind !== 'fields')
    return old.kind === now.kind ? [] : [formChange(old.kind, now.kind, route)];
  return [...traceChanges(old.traceparent, now.traceparent, route), ...timeChanges(old.time, now.time, route)];
}

const FORMS = {
  fields: 'bare payloads',
  cloudevents: 'CloudEvents',
  laravel: 'broadcasts of Laravel',
} as const satisfies Record<Envelope['kind'], string>;

function formChange(old: Envelope['kind'], now: Envelope['kind'], route: CheckedRoute | undefined): Change {
  const what = `messages are ${FORMS[now]}, and were ${FORMS[old]}`;
  return change(route, what, effect('publishers', 'breaking', 'messages in the old form are dropped'));
}

function traceChanges(old: string, now: string, route: CheckedRoute | undefined): Change[] {
  if (old === now) return [];
  const what = `the trace context is read from ${now}, and was from ${old}`;
  const traces = effect('publishers', 'risky', `traces end at the gateway until they send ${now}`);
  return [change(route, what, traces, reaches(old))];
}

function timeChanges(old: string | undefined, now: string | undefined, route: CheckedRoute | undefined): Change[] {
  if (old === now) return [];
  const what = `the time of a message is ${now === undefined ? 'not read' : `read from ${now}`}, and was ${old === undefined ? 'not' : `from ${old}`}`;
  const lag = effect('operators', 'risky', 'the lag is measured by another field, or not at all');
  const hidden = now === undefined ? [] : [effect('clients', 'risky', `${now} is taken off, and reaches them no more`)];
  return [change(route, what, lag, ...hidden, ...(old === undefined ? [] : [reaches(old)]))];
}

function reaches(field: string): ReturnType<typeof effect> {
  return effect('clients', 'risky', `${field} is no longer taken off, and reaches them`);
}
