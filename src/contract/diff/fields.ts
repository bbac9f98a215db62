import { isObject } from '../../schema/json.ts';
import { listOf, type Node, type SchemaPlace } from '../../schema/all-of.ts';
import type { Fact, Versions } from './facts.ts';

export function fieldFacts(versions: Versions): Fact[] {
  const { before, after, name } = versions;
  const names = new Set([...fieldNames(before), ...fieldNames(after)]);
  const fields = Array.from(names, (field) => oneField(versions, field)).flat();
  if (isClosed(before) === isClosed(after)) return [...fields, ...otherFields(versions)];
  return isClosed(after)
    ? [...fields, { kind: 'closed', what: `${name} may have no fields but those declared` }]
    : [...fields, { kind: 'opened', what: `${name} may have fields that are not declared` }];
}

function oneField({ before, after, path, compare }: Versions, field: string): Fact[] {
  const [old, now] = [fieldIn(before, field), fieldIn(after, field)];
  const inner = [...path, field];
  const name = `field ${inner.join('/')}`;
  const required = isRequired(after, field);
  if (old === undefined) {
    if (now === undefined) return [];
    return [
      {
        kind: required ? 'required-field-added' : 'field-added',
        what: `${name} is new${required ? ', and required' : ''}`,
      },
    ];
  }
  if (now === undefined)
    return [{ kind: isClosed(after) ? 'field-refused' : 'field-removed', what: `${name} is gone` }];
  const changed = required === isRequired(before, field);
  const presence: Fact = required
    ? { kind: 'made-required', what: `${name} is required now` }
    : { kind: 'made-optional', what: `${name} may be absent now` };
  return [...(changed ? [] : [presence]), ...compare(old, now, inner)];
}

/** What is said of fields that are not declared. */
function otherFields({ before, after, name, path, compare }: Versions): Fact[] {
  const [old, now] = [othersIn(before), othersIn(after)];
  if (old && now) return compare(old, now, [...path, '*']);
  if (old === now) return [];
  return [
    old
      ? { kind: 'widened', what: `${name} has no rule any more for fields that are not declared` }
      : { kind: 'narrowed', what: `${name} has a rule for fields that are not declared` },
  ];
}

function othersIn(nodes: readonly Node[]): SchemaPlace | undefined {
  const node = nodes.find(({ schema }) => isObject(schema['additionalProperties']));
  return node && { ...node, schema: node.schema['additionalProperties'] };
}

function fieldNames(nodes: readonly Node[]): string[] {
  return nodes.flatMap(({ schema: { properties, required } }) => [
    ...(isObject(properties) ? Object.keys(properties) : []),
    ...listOf(required).map(String),
  ]);
}

/** All that is said of a field, in one schema; nothing where it is not spoken of. */
function fieldIn(nodes: readonly Node[], field: string): SchemaPlace | undefined {
  const said = nodes.flatMap((node) => {
    const { properties } = node.schema;
    return isObject(properties) && Object.hasOwn(properties, field) ? [{ ...node, schema: properties[field] }] : [];
  });
  const [first, ...rest] = said;
  if (first === undefined) {
    const [node] = nodes;
    return node && isRequired(nodes, field) ? { ...node, schema: {} } : undefined;
  }
  return rest.length === 0 ? first : { ...first, schema: { allOf: said.map(({ schema }) => schema) } };
}

function isRequired(nodes: readonly Node[], field: string): boolean {
  return nodes.some(({ schema }) => listOf(schema['required']).includes(field));
}

function isClosed(nodes: readonly Node[]): boolean {
  return nodes.some(
    ({ schema }) => schema['additionalProperties'] === false || schema['unevaluatedProperties'] === false,
  );
}
