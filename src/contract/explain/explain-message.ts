import type { Envelope } from '../../config/routes/envelope.ts';
import type { Message, Unreadable } from '../../dispatch/message.ts';
import { repeatedKey } from '../../routes/json-survey.ts';
import { traceparentProblem } from '../../routes/trace-context.ts';
import { isObject } from '../../schema/json.ts';
import { toPointer } from '../../schema/pointer.ts';

export type MessageFound =
  | {
      readonly readable: true;
      readonly envelopeBytes: number;
      readonly traceparent?: string;
      /** Why what stands in its field is none. */
      readonly noTraceContext?: string;
      /** Fields next to it that are removed where the schema of a route does not declare them. */
      readonly carried?: readonly string[];
      /** ISO 8601. */
      readonly publishedAt?: string;
    }
  /** `parser`: the place, and the parser's own words; they quote the message, and logs do without. */
  | {
      readonly readable: false;
      readonly reason: Unreadable['reason'];
      readonly detail?: string;
      readonly parser?: string;
    };

/** What is read of a message before any route looks at it. */
export function messageFound(message: Message | Unreadable, raw: Buffer, envelope: Envelope): MessageFound {
  if (message.kind === 'unreadable') {
    const { reason, detail } = message;
    const parser = complaintOf(reason, raw.toString('utf8'));
    return {
      readable: false,
      reason,
      ...(detail !== undefined && { detail }),
      ...(parser !== undefined && { parser }),
    };
  }
  const { text, traceparent, publishedAt, carried } = message;
  const problem = traceProblem(raw, envelope);
  const envelopeBytes = raw.length - Buffer.byteLength(text);
  return {
    readable: true,
    envelopeBytes,
    ...(traceparent !== undefined && problem === undefined && { traceparent }),
    ...(problem !== undefined && { noTraceContext: problem }),
    ...(carried && { carried }),
    ...(publishedAt !== undefined && { publishedAt: new Date(publishedAt).toISOString() }),
  };
}

/** Why the running gateway takes nothing from the field of the trace context. */
function traceProblem(raw: Buffer, envelope: Envelope): string | undefined {
  const published: unknown = JSON.parse(raw.toString('utf8'));
  const field = envelope.kind === 'fields' ? envelope.traceparent : 'traceparent';
  return isObject(published) && Object.hasOwn(published, field) ? traceparentProblem(published[field]) : undefined;
}

function complaintOf(reason: Unreadable['reason'], text: string): string | undefined {
  if (reason === 'repeated-key') return `${toPointer(repeatedKey(text) ?? [])} comes twice`;
  if (reason !== 'not-json') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}
