import { pathInBody, type CheckedEventRoute, type ShapeConfig } from '../../config/routes/route-config.ts';
import { change, effect, type Change, type RoutePair } from './change.ts';

/** What changes in `payload`, `map` and `omit` that the schema of the payload does not show. */
export function shapeChanges({ before, after }: RoutePair): Change[] {
  return [
    ...moved(before.shape, after),
    ...resourced(before.shape, after),
    ...uncovered(before.shape, after),
    ...unmapped(before.shape, after),
  ];
}

/** Another part of the message is sent; which fields that changes, the schemas say. */
function moved(old: ShapeConfig, after: CheckedEventRoute): Change[] {
  const [was, is] = [old.from?.path.join('/'), after.shape.from?.path.join('/')];
  if (was === is) return [];
  const words = ({ from }: ShapeConfig): string =>
    from === undefined ? 'the whole message' : `what ${from.text} holds`;
  const what = `the payload is ${words(after.shape)}, and was ${words(old)}`;
  const clients = effect('clients', 'breaking', 'code that reads the old payload finds other fields');
  const isWider = is === undefined || (was ?? '').startsWith(`${is}/`);
  const wider = effect('operators', 'risky', 'more of a message goes out: is all of it for clients?');
  return [change(after, what, clients, ...(isWider && after.shape.kind !== 'map' ? [wider] : []))];
}

function resourced(old: ShapeConfig, after: CheckedEventRoute): Change[] {
  if (old.kind !== 'map' || after.shape.kind !== 'map') return [];
  return [...after.shape.fields].flatMap(([name, field]) => {
    const { text } = field;
    const was = old.fields.get(name);
    if (was === undefined || pathInBody(old, was).join('/') === pathInBody(after.shape, field).join('/')) return [];
    const why = 'the field has another meaning, unless the message only moved it';
    return [
      change(after, `field ${name} is taken from ${text}, and was from ${was.text}`, effect('clients', 'risky', why)),
    ];
  });
}

function uncovered(old: ShapeConfig, after: CheckedEventRoute): Change[] {
  if (old.kind !== 'omit') return [];
  return old.fields
    .filter((field) => isShown(after.shape, pathInBody(old, field).join('/')))
    .map(({ text }) =>
      change(
        after,
        `field ${text} is no longer kept from clients`,
        effect('operators', 'risky', 'every client that receives the event sees it now'),
      ),
    );
}

function isShown(shape: ShapeConfig, field: string): boolean {
  const { from } = shape;
  if (from !== undefined && !`${field}/`.startsWith(`${from.path.join('/')}/`)) return false;
  if (shape.kind === 'as-published') return true;
  const named = [...shape.fields.values()].some((one) => pathInBody(shape, one).join('/') === field);
  return shape.kind === 'map' ? named : !named;
}

function unmapped(old: ShapeConfig, after: CheckedEventRoute): Change[] {
  if (old.kind !== 'map' || after.shape.kind === 'map') return [];
  const why = 'all of a message goes out, and so do fields that a service adds later';
  return [change(after, 'the payload is no longer mapped', effect('operators', 'risky', why))];
}
