import { useState } from 'preact/hooks';
import type { ExplainAnswer } from '../../../src/admin/api.ts';
import { inWords, type AdminApi } from '../admin/admin-api.ts';

/** A question as it is typed; an empty user field names no user. */
export interface Draft {
  readonly channel: string;
  readonly payload: string;
  readonly user: string;
}

export interface Explaining {
  readonly draft: Draft;
  edit(change: Partial<Draft>): void;
  ask(draft: Draft): Promise<void>;
  readonly outcome: Outcome | undefined;
}

export type Outcome =
  | { readonly kind: 'answered'; readonly asked: Draft; readonly answer: ExplainAnswer }
  | { readonly kind: 'failed'; readonly words: string };

export function useExplain(api: AdminApi): Explaining {
  const [draft, setDraft] = useState<Draft>({ channel: '', payload: '', user: '' });
  const [outcome, setOutcome] = useState<Outcome>();
  return {
    draft,
    edit: (change) => setDraft((before) => ({ ...before, ...change })),
    async ask(asked) {
      setDraft(asked);
      const { channel, payload, user } = asked;
      try {
        const answer = await api.explain({ channel, payload, ...(user !== '' && { user }) });
        setOutcome({ kind: 'answered', asked, answer });
      } catch (error) {
        setOutcome({ kind: 'failed', words: inWords(error) });
      }
    },
    outcome,
  };
}
