import type { ShapeConfig } from '../config/routes/route-config.ts';
import { sliceAt, without } from './json-text.ts';

/** Converts the text of a message, without its envelope, to the text that clients receive. */
export type Shape = (text: string) => string;

const asPublished: Shape = (text) => text;

export function compileShaping(shape: ShapeConfig): Shape {
  const { from } = shape;
  const cut = compileCut(shape);
  // A message without that value is dropped before it is shaped.
  return from === undefined ? cut : (text) => cut(sliceAt(text, from.path) ?? 'null');
}

function compileCut(shape: ShapeConfig): Shape {
  if (shape.kind === 'as-published') return asPublished;
  if (shape.kind === 'omit') {
    const paths = shape.fields.map(({ path }) => path);
    return (text) => paths.reduce(without, text);
  }
  const members = [...shape.fields].map(([name, field]) => ({ key: `${JSON.stringify(name)}:`, path: field.path }));
  return (text) => {
    const parts = members.flatMap(({ key, path }) => {
      const value = sliceAt(text, path);
      return value === undefined ? [] : [key + value];
    });
    return `{${parts.join(',')}}`;
  };
}
