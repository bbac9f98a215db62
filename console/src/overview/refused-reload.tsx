import type { PlanAnswer, RefusedReload } from '../../../src/admin/api.ts';
import { count, timeOfDay } from '../page/words.ts';

interface RefusedReloadPanelProps {
  readonly refused: RefusedReload;
  readonly plan: PlanAnswer['plan'];
}

/** A saved file was refused and is not in force: why, and where. */
export function RefusedReloadPanel({ refused: { at, reason, findings }, plan }: RefusedReloadPanelProps) {
  return (
    <section class="refused" aria-labelledby="refused-heading">
      <h2 id="refused-heading">The last reload was refused</h2>
      <p>
        At <time datetime={at}>{timeOfDay(at)}</time>
        {reason === undefined ? `, with ${count(findings.length, 'finding')}.` : `: ${reason}`} Plan {plan.number} stays
        in force.
      </p>
      {findings.length > 0 && (
        <table class="cards findings">
          <caption class="unseen">Findings</caption>
          <thead>
            <tr>
              <th scope="col">Place</th>
              <th scope="col">Severity</th>
              <th scope="col">Finding</th>
              <th scope="col">Code</th>
            </tr>
          </thead>
          <tbody>
            {findings.map((finding) => (
              <FindingRow key={finding.text} {...finding} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function FindingRow({ file, at, severity, route, message, code }: RefusedReload['findings'][number]) {
  return (
    <tr>
      <th scope="row" data-label="Place">
        <code>{at ? `${file}:${at.line}:${at.column}` : file}</code>
      </th>
      <td data-label="Severity" class={severity === 'error' ? 'short bad' : 'short warn'}>
        {severity}
      </td>
      <td data-label="Finding">
        {route !== undefined && <>route “{route}”: </>}
        {message}
      </td>
      <td data-label="Code" class="short">
        <code>{code}</code>
      </td>
    </tr>
  );
}
