import type { ComponentChildren } from 'preact';
import type { ExplainAnswer } from '../../../src/admin/api.ts';
import { count } from '../page/words.ts';
import { TextBlock } from '../page/text-block.tsx';

type RouteExplanation = ExplainAnswer['explanation']['routes'][number];

interface ExplainedRouteProps {
  readonly explained: RouteExplanation;
  readonly sockets: number | undefined;
  readonly user: string;
}

export function ExplainedRoute({ explained, sockets, user }: ExplainedRouteProps) {
  const { route, schema, broken, next, target, result, quarantined, client } = explained;
  const invalid = result.kind === 'dropped' && result.reason === 'invalid';
  return (
    <section aria-label={`Route ${route}`}>
      <h3>{route}</h3>
      {result.shadow && <p class="warn">A shadow: nothing of this is delivered, it is what would be.</p>}
      <dl class="steps">
        {broken && <Verdict term="Schema" schema={schema} broken={broken} valid={!invalid} />}
        {next && <Verdict term="Next schema" {...next} valid={next.broken.length === 0} />}
        {target && (
          <Step term="Target">
            <Target target={target} />
          </Step>
        )}
        <Result result={result} sockets={sockets} />
        {quarantined && <Step term="Kept">in quarantine, for gateway quarantine to show and replay</Step>}
        {client && (
          <Step term={user === 'anonymous' ? 'Anonymous' : `User ${user}`}>
            <span class={client.hears ? 'good' : 'bad'}>{client.hears ? 'receives it' : 'does not receive it'}</span>:{' '}
            {client.because}
          </Step>
        )}
      </dl>
    </section>
  );
}

function Step({ term, children }: { readonly term: string; readonly children: ComponentChildren }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  );
}

interface VerdictProps {
  readonly term: string;
  readonly schema: string;
  readonly broken: NonNullable<RouteExplanation['broken']>;
  readonly valid: boolean;
}

function Verdict({ term, schema, broken, valid }: VerdictProps) {
  return (
    <Step term={term}>
      <span class={valid ? 'good' : 'bad'}>{valid ? 'valid' : 'not valid'}</span>, by <code>{schema}</code>
      {broken.length > 0 && <Broken rules={broken} />}
    </Step>
  );
}

function Broken({ rules }: { readonly rules: NonNullable<RouteExplanation['broken']> }) {
  return (
    <table class="cards">
      <caption class="unseen">Rules that the message breaks</caption>
      <thead>
        <tr>
          <th scope="col">Place</th>
          <th scope="col">Rule broken</th>
          <th scope="col">Found</th>
        </tr>
      </thead>
      <tbody>
        {rules.map(({ at, rule, message, found }) => (
          <tr key={`${at} ${rule} ${message}`}>
            <th scope="row" data-label="Place">
              <code>{at === '' ? '(message)' : at}</code>
            </th>
            <td data-label="Rule broken">
              {message} <code class="muted">{rule}</code>
            </td>
            <td data-label="Found">
              <code>{found}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Target({ target }: { readonly target: NonNullable<RouteExplanation['target']> }) {
  if (target.kind === 'broadcast') return <>broadcast to {audienceText(target.audience)}</>;
  return (
    <ul>
      {target.fields.map(({ field, users, skippedText, rounded, nobody, absent }) => (
        <li key={field}>
          <code>{field}</code>: {absent && 'absent, and may be'}
          {users.length > 0 && `${users.length === 1 ? 'user' : 'users'} ${users.join(', ')}`}
          {nobody.length > 0 && ` ${nobody.join(', ')}: no user, which is allowed`}
          {skippedText.length > 0 && <span class="bad"> skipped, no user ids: {skippedText.join(', ')}</span>}
          {rounded && ' JSON readers round numbers beyond 2^53 - 1: publish such an id as text'}
        </li>
      ))}
    </ul>
  );
}

function Result({
  result,
  sockets,
}: {
  readonly result: RouteExplanation['result'];
  readonly sockets: number | undefined;
}) {
  if (result.kind === 'dropped') {
    return (
      <Step term="Dropped">
        <span class="bad">{result.reason}</span>
        {result.detail !== undefined && `: ${result.detail}`}
      </Step>
    );
  }
  if (result.kind === 'passed-over') {
    return (
      <Step term="Passed over">
        <span class="muted">{result.because}</span>
      </Step>
    );
  }
  const reaches = sockets === undefined ? 'unknown' : `${count(sockets, 'connection')} of this instance`;
  if (result.kind === 'disconnected') {
    return (
      <>
        <Step term="Disconnects">
          <span class="good">{count(result.users.length, 'user')}</span>
        </Step>
        <Step term="Closes now">{reaches}</Step>
      </>
    );
  }
  return (
    <>
      <Step term="Rooms">
        {result.rooms.map((room) => (
          <code key={room}>{room} </code>
        ))}
      </Step>
      <Step term="Reaches now">{reaches}</Step>
      <Step term="Event">
        <code class="good">{result.event}</code>
        {result.payloadBytes !== undefined && `, ${count(result.payloadBytes, 'byte')}`}
        <TextBlock text={result.payload} what="the payload" />
      </Step>
    </>
  );
}

function audienceText(audience: 'anyone' | 'authenticated' | { readonly claim: string; readonly has: string }): string {
  if (typeof audience !== 'string') return `clients whose claim ${audience.claim} has "${audience.has}"`;
  return audience === 'anyone' ? 'anyone' : 'authenticated clients';
}
