import * as fc from 'fast-check';

// Ways to change a text.

interface Cut {
  readonly at: number;
  readonly length: number;
  readonly insert: string;
}

/** A piece is cut out, and one of these put in. */
export function cutFor(insert: fc.Arbitrary<string>, longest: number): fc.Arbitrary<Cut> {
  return fc.record({ at: fc.nat(), length: fc.nat(longest), insert });
}

export function applyCut(text: string, { at, length, insert }: Cut): string {
  const start = at % (text.length + 1);
  return text.slice(0, start) + insert + text.slice(start + length);
}

/** A line is doubled, dropped, moved or indented. */
interface LineChange {
  readonly kind: 'double' | 'drop' | 'move' | 'indent';
  readonly at: number;
  readonly to: number;
}

const lineChange = fc.record<LineChange>({
  kind: fc.constantFrom('double', 'drop', 'move', 'indent'),
  at: fc.nat(),
  to: fc.nat(),
});

function changeLine(text: string, { kind, at, to }: LineChange): string {
  const lines = text.split('\n');
  const index = at % lines.length;
  const [line = ''] = kind === 'double' ? lines.slice(index, index + 1) : lines.splice(index, 1);
  if (kind === 'indent') lines.splice(index, 0, `${' '.repeat(to % 9)}${line.trimStart()}`);
  else if (kind !== 'drop') lines.splice(to % (lines.length + 1), 0, line);
  return lines.join('\n');
}

const TOKENS = [
  'version: 1|routes:|event:|schema:|target:|users:|user:|broadcast|channel:|map:|omit:|action: disconnect|max_bytes: 1|when: { a: 1 }|when: { matches: { properties: { a: { const: 1 } } } }',
  'audience: anyone|latest:|shadow: true|schema_next:|source: stream|source: { ring: { entries: 1e9 } }|envelope:|envelope: laravel|payload: /a/b',
  '&a|*a|<<:|!!js/function|---|...|%YAML 1.1|? |> |- |{|}|[|]|"|\'|#|\t|\r\n|: |~|null|0x7|1e999|__proto__',
  '../../../etc/passwd|http://127.0.0.1:1/x.json|/data/user_id|user_id?|user_id',
  '"$ref":|"#"|"pattern":|"^(a+)+$"|"$dynamicRef":|"allOf":|"not":|"type":|"integer"|{}|[]|true|,|"$id":|"format":',
].flatMap((line) => line.split('|'));

/** A text of many lines with up to three of them changed, and up to three pieces; now and then none. */
export function changed(text: string): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...TOKENS), fc.string({ unit: 'binary', maxLength: 3 }));
  return fc
    .tuple(fc.array(lineChange, { maxLength: 3 }), fc.array(cutFor(piece, 20), { maxLength: 3 }))
    .map(([lines, cuts]) => cuts.reduce(applyCut, lines.reduce(changeLine, text)));
}
