import type { Ref } from 'preact';
import { Explained } from './explained.tsx';
import { Publish, type PublishPanelProps } from './publish.tsx';
import type { Explaining } from './use-explain.ts';

interface ExplainPanelProps {
  readonly explaining: Explaining;
  readonly channels: readonly string[];
  /** In development only. */
  readonly publish: PublishPanelProps['publish'] | undefined;
  /** Where the eye goes when a message was sent here from elsewhere on the page. */
  readonly heading: Ref<HTMLHeadingElement>;
}

/** What would become of a message, without sending it. */
export function ExplainPanel({ explaining, channels, publish, heading }: ExplainPanelProps) {
  const { draft, ask, outcome } = explaining;
  const submit = (event: Event): void => {
    event.preventDefault();
    void ask(draft);
  };
  return (
    <section id="explain" aria-labelledby="explain-heading">
      <h2 id="explain-heading" tabIndex={-1} ref={heading}>
        Explain a message
      </h2>
      <p class="muted">What would become of it, step by step. Nothing is sent.</p>
      <form class="fields" onSubmit={submit}>
        <DraftFields {...explaining} channels={channels} submit={submit} />
        <div class="tools">
          <button class="main">Explain</button>
          {publish && <Publish message={{ channel: draft.channel, payload: draft.payload }} publish={publish} />}
        </div>
      </form>
      <div role="status">
        {outcome?.kind === 'failed' && <p class="bad">{outcome.words}</p>}
        {outcome?.kind === 'answered' && (
          <Explained {...outcome} correct={(channel) => void ask({ ...draft, channel })} />
        )}
      </div>
    </section>
  );
}

interface DraftFieldsProps extends Pick<Explaining, 'draft' | 'edit'>, Pick<ExplainPanelProps, 'channels'> {
  readonly submit: (event: Event) => void;
}

function DraftFields({ draft, edit, channels, submit }: DraftFieldsProps) {
  const submitByKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
  };
  return (
    <>
      <label for="explain-channel">Redis channel</label>
      <input
        id="explain-channel"
        required
        list="explain-channels"
        autocomplete="off"
        value={draft.channel}
        onInput={({ currentTarget }) => edit({ channel: currentTarget.value })}
      />
      <datalist id="explain-channels">
        {channels.map((channel) => (
          <option key={channel}>{channel}</option>
        ))}
      </datalist>
      <label for="explain-payload">Payload</label>
      <textarea
        id="explain-payload"
        rows={7}
        spellcheck={false}
        placeholder='{"user_id": 7}'
        value={draft.payload}
        onInput={({ currentTarget }) => edit({ payload: currentTarget.value })}
        onKeyDown={submitByKey}
      />
      <label for="explain-user">Would this user receive it?</label>
      <input
        id="explain-user"
        autocomplete="off"
        placeholder="a user id, or anonymous; may stay empty"
        value={draft.user}
        onInput={({ currentTarget }) => edit({ user: currentTarget.value.trim() })}
      />
    </>
  );
}
