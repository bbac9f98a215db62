import type { Envelope } from '../../config/routes/envelope.ts';
import { change, effect, type Change } from './change.ts';

/** What changes about where messages carry the payload, the trace context and the time. */
export function envelopeChanges(old: Envelope, now: Envelope): Change[] {
  if (old.kind === 'cloudevents' || now.kind === 'cloudevents') return old.kind === now.kind ? [] : [formChange(now)];
  return [...traceChanges(old.traceparent, now.traceparent), ...timeChanges(old.time, now.time)];
}

function formChange({ kind }: Envelope): Change {
  const form = kind === 'cloudevents' ? 'CloudEvents, and were bare payloads' : 'bare payloads, and were CloudEvents';
  const what = `messages are ${form}`;
  return change(undefined, what, effect('publishers', 'breaking', 'messages in the old form are dropped'));
}

function traceChanges(old: string, now: string): Change[] {
  if (old === now) return [];
  const what = `the trace context is read from ${now}, and was from ${old}`;
  const traces = effect('publishers', 'risky', `traces end at the gateway until they send ${now}`);
  return [change(undefined, what, traces, reaches(old))];
}

function timeChanges(old: string | undefined, now: string | undefined): Change[] {
  if (old === now) return [];
  const what = `the time of a message is ${now === undefined ? 'not read' : `read from ${now}`}, and was ${old === undefined ? 'not' : `from ${old}`}`;
  const lag = effect('operators', 'risky', 'the lag is measured by another field, or not at all');
  const hidden = now === undefined ? [] : [effect('clients', 'risky', `${now} is taken off, and reaches them no more`)];
  return [change(undefined, what, lag, ...hidden, ...(old === undefined ? [] : [reaches(old)]))];
}

function reaches(field: string): ReturnType<typeof effect> {
  return effect('clients', 'risky', `${field} is no longer taken off, and reaches them`);
}
