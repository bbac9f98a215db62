import { useEffect, useState } from 'preact/hooks';
import type { PublishAnswer, PublishQuestion } from '../../../src/admin/api.ts';
import { inWords, Refusal } from '../admin/admin-api.ts';
import { count } from '../page/words.ts';

export interface PublishPanelProps {
  readonly message: PublishQuestion;
  readonly publish: (message: PublishQuestion) => Promise<PublishAnswer>;
}

type Outcome =
  | { readonly kind: 'published'; readonly words: string }
  | { readonly kind: 'refused'; readonly words: string; readonly drops: readonly string[] };

/** Publishes to Redis. What a route would drop is asked about first. */
export function Publish({ message, publish }: PublishPanelProps) {
  const [outcome, setOutcome] = useState<Outcome>();
  // Of another message nothing is known yet.
  useEffect(() => setOutcome(undefined), [message.channel, message.payload]);
  const send = async (question: PublishQuestion): Promise<void> => {
    try {
      setOutcome({ kind: 'published', words: becameOf(await publish(question)) });
    } catch (error) {
      setOutcome({ kind: 'refused', words: inWords(error), drops: error instanceof Refusal ? error.drops : [] });
    }
  };
  return (
    <>
      <button type="button" onClick={() => void send(message)}>
        Publish
      </button>
      <div role="status" class="publish-outcome">
        {outcome?.kind === 'published' && <p class="good">{outcome.words}</p>}
        {outcome?.kind === 'refused' && (
          <>
            <p class="bad">{outcome.words}</p>
            <ul>
              {outcome.drops.map((drop) => (
                <li key={drop}>{drop}</li>
              ))}
            </ul>
            {outcome.drops.length > 0 && (
              <button type="button" onClick={() => void send({ ...message, force: true })}>
                Publish it all the same
              </button>
            )}
          </>
        )}
      </div>
    </>
  );
}

function becameOf({ receivers, entryId }: PublishAnswer): string {
  const added = entryId === undefined ? [] : [`Added to the stream as ${entryId}.`];
  const sent = receivers === undefined ? [] : [`Published; ${count(receivers, 'Redis connection')} got it.`];
  // A cluster reports no number.
  return [...added, ...sent].join(' ') || 'Published.';
}
