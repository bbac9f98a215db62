import { useMemo } from 'preact/hooks';
import { schemaRows, type SchemaRow } from './rows.ts';

interface SchemaTableProps {
  /** Label of the table for screen readers. */
  readonly caption: string;
  readonly schema: unknown;
  /** The document that the schema's references point into. */
  readonly root: unknown;
}

/** A payload's schema for people. */
export function SchemaTable({ caption, schema, root }: SchemaTableProps) {
  const rows = useMemo(() => schemaRows(schema, root), [schema, root]);
  return (
    <table class="cards schema">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Type</th>
          <th scope="col">Needed</th>
          <th scope="col">Meaning and rules</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <Row key={i} {...row} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ path, type, need, description, rules }: SchemaRow) {
  return (
    <tr>
      <th scope="row" data-label="Field">
        <code>{path === '' ? '(payload)' : path}</code>
      </th>
      <td data-label="Type">{type}</td>
      <td data-label="Needed" class="short">
        {need}
      </td>
      <td data-label="Meaning">
        {description}
        {rules.length > 0 && <p class="rules">{rules.join(' · ')}</p>}
      </td>
    </tr>
  );
}
