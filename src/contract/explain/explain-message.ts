import type { Envelope } from '../../config/routes/envelope.ts';
import { unreadable, type Message, type Published, type Unreadable } from '../../dispatch/message.ts';
import { compileEnvelope } from '../../routes/compile-envelope.ts';
import type { OpenEnvelope } from '../../routes/envelope.ts';
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

/** The message out of the first envelope that opens it; if none does, as the last one sees it. */
export function messageOf(
  published: Published | Unreadable,
  raw: Buffer,
  enveloped: readonly { readonly envelope: Envelope }[],
): MessageFound {
  const tried = enveloped.map(({ envelope }) => ({
    envelope,
    message: openedBy(compileEnvelope(envelope), published),
  }));
  const found = tried.find(({ message }) => message.kind === 'opened') ?? tried.at(-1);
  if (found === undefined) throw new Error('a message is explained without an envelope');
  return messageFound(found.message, raw, found.envelope);
}

export function openedBy(envelope: OpenEnvelope, published: Published | Unreadable): Message | Unreadable {
  if (published.kind === 'unreadable') return published;
  const opened = published.openedBy(envelope);
  return opened.kind === 'opened' ? opened : unreadable(opened.reason, opened.problem);
}

function messageFound(message: Message | Unreadable, raw: Buffer, envelope: Envelope): MessageFound {
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
  if (!isObject(published)) return undefined;
  const places = envelope.kind === 'laravel' ? [published['data'], published] : [published];
  const found = places.filter(isObject).filter((place) => Object.hasOwn(place, field));
  const problems = found.map((place) => traceparentProblem(place[field]));
  return problems.includes(undefined) ? undefined : problems[0];
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
