import type { CheckedEventRoute, ShapeConfig } from '../../config/routes/route-config.ts';
import { change, effect, type Change, type RoutePair } from './change.ts';

/** What changes in `map` and `omit` that the schema of the payload does not show. */
export function shapeChanges({ before, after }: RoutePair): Change[] {
  return [...resourced(before.shape, after), ...uncovered(before.shape, after), ...unmapped(before.shape, after)];
}

function resourced(old: ShapeConfig, after: CheckedEventRoute): Change[] {
  if (old.kind !== 'map' || after.shape.kind !== 'map') return [];
  return [...after.shape.fields].flatMap(([name, { text, path }]) => {
    const was = old.fields.get(name);
    if (was === undefined || was.path.join('/') === path.join('/')) return [];
    const why = 'the field has another meaning, unless the message only moved it';
    return [
      change(after, `field ${name} is taken from ${text}, and was from ${was.text}`, effect('clients', 'risky', why)),
    ];
  });
}

function uncovered(old: ShapeConfig, after: CheckedEventRoute): Change[] {
  if (old.kind !== 'omit') return [];
  return old.fields
    .filter(({ path }) => isShown(after.shape, path.join('/')))
    .map(({ text }) =>
      change(
        after,
        `field ${text} is no longer kept from clients`,
        effect('operators', 'risky', 'every client that receives the event sees it now'),
      ),
    );
}

function isShown(shape: ShapeConfig, field: string): boolean {
  if (shape.kind === 'as-published') return true;
  const named = [...shape.fields.values()].some(({ path }) => path.join('/') === field);
  return shape.kind === 'map' ? named : !named;
}

function unmapped(old: ShapeConfig, after: CheckedEventRoute): Change[] {
  if (old.kind !== 'map' || after.shape.kind === 'map') return [];
  const why = 'all of a message goes out, and so do fields that a service adds later';
  return [change(after, 'the payload is no longer mapped', effect('operators', 'risky', why))];
}
