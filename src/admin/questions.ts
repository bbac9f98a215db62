import { compileShape } from '../schema/shape.ts';
import type { ExplainQuestion, PublishQuestion } from './api.ts';

/** A body that was read, or the error in it. */
export type Reading<Q> = { readonly question: Q } | { readonly error: string };

const CHANNEL = { type: 'string', minLength: 1, description: 'A Redis channel.' };
const PAYLOAD = { type: 'string', description: 'The text of the message; a JSON message is passed as a string.' };

export const readExplainQuestion = readerOf<ExplainQuestion>({
  channel: CHANNEL,
  payload: PAYLOAD,
  user: { type: 'string', description: 'A user id as a string, such as "7", or "anonymous".' },
});

export const readPublishQuestion = readerOf<PublishQuestion>({
  channel: CHANNEL,
  payload: PAYLOAD,
  force: { type: 'boolean', description: 'true or false.' },
});

/** @param properties schemas of the properties of `Q`; channel and payload are required. */
function readerOf<Q>(properties: Readonly<Record<string, object>>): (body: unknown) => Reading<Q> {
  const shape = compileShape({
    type: 'object',
    required: ['channel', 'payload'],
    additionalProperties: false,
    properties,
  });
  return (body) => {
    const violations = shape(body);
    const isQuestion = (_body: unknown): _body is Q => violations.length === 0;
    if (isQuestion(body)) return { question: body };
    return { error: violations.map(({ kind, path, message }) => sentenceOf(kind, path, message)).join('; ') };
  };
}

function sentenceOf(kind: string, path: readonly string[], message: string): string {
  const rule = message.replace(/\.$/, '');
  return kind === 'wrong-value' && path.length > 0 ? `${path.join('/')}: ${rule}` : rule;
}
