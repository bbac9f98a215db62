import type { ExplainAnswer } from '../../../src/admin/api.ts';
import { count } from '../page/words.ts';
import { ExplainedRoute } from './explained-route.tsx';
import type { Draft } from './use-explain.ts';

interface ExplainedProps {
  readonly asked: Draft;
  readonly answer: ExplainAnswer;
  /** Asks again with the channel that was probably meant. */
  readonly correct: (channel: string) => void;
}

export function Explained({ asked, answer: { plan, explanation, sockets, userSockets }, correct }: ExplainedProps) {
  const { bytes, message, routes, didYouMean } = explanation;
  return (
    <>
      <p class={message.readable ? '' : 'bad'}>
        {count(bytes, 'byte')}
        {message.readable ? ', a JSON object' : `: dropped as ${message.reason}`}
        {!message.readable && message.detail !== undefined && `, ${message.detail}`}
        {!message.readable && message.parser !== undefined && ` (${message.parser})`}
        {message.readable &&
          message.envelopeBytes > 0 &&
          `, of which ${count(message.envelopeBytes, 'byte')} of envelope are taken off`}
        <span class="muted"> · judged by plan {plan.number}</span>
      </p>
      {routes.length === 0 && (
        <p class="bad">
          No route names the channel <code>{asked.channel}</code>: the message is dropped.{' '}
          {didYouMean !== undefined && (
            <button type="button" onClick={() => correct(didYouMean)}>
              Take {didYouMean} instead
            </button>
          )}
        </p>
      )}
      {routes.map((route) => (
        <ExplainedRoute key={route.route} explained={route} sockets={sockets[route.route]} user={asked.user} />
      ))}
      {userSockets !== undefined && (
        <p class="muted">
          {asked.user === 'anonymous' ? 'Anonymous clients have' : `User ${asked.user} has`}{' '}
          {count(userSockets, 'connection')} to this instance.
        </p>
      )}
    </>
  );
}
