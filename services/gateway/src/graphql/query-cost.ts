import { PatchbayError } from '@patchbay/contracts';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getNullableType,
  getOperationAST,
  getVariableValues,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/** What an answer may cost: about the values it can hold, and a hundred for what is dear. */
export const maxQueryCost = 20_000;
const dear = 100;
/** Of a list whose length nobody names. */
const assumedLength = 25;

/** Fields below the top with much in them. Links ask for nothing of their own: what they lead to is asked for once. */
const dearFields: readonly string[] = ['Tool.definition'];

/**
 * The most that an operation's answer can cost, by the limits that it names: what stands in a list counts as often as the list
 * can be long. The document must be valid. @throws PatchbayError `invalid_request` for an argument that cannot be read.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  given: Readonly<Record<string, unknown>>,
  operationName: string | null,
): number {
  const operation = getOperationAST(document, operationName);
  const root = operation == null ? null : schema.getRootType(operation.operation);
  if (operation == null || root == null) return 0;
  // With their defaults: those count as what is given does.
  const { coerced: variables, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
  if (variables === undefined)
    throw new PatchbayError('invalid_request', { message: errors?.[0]?.message ?? 'The variables cannot be read.' });
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);

  function ofSelections({ selections }: SelectionSetNode, parent: GraphQLOutputType, length: number): number {
    let cost = 0;
    for (const one of selections) {
      if (one.kind === Kind.FIELD) cost += ofField(one, parent, length);
      else {
        const inner = one.kind === Kind.INLINE_FRAGMENT ? one : fragments.get(one.name.value);
        if (inner !== undefined) cost += ofSelections(inner.selectionSet, parent, length);
      }
      // Enough is known; what would come has no end worth adding up.
      if (cost > maxQueryCost) return cost;
    }
    return cost;
  }

  /** `length`: of the list that the field itself gives, where its parent's `limit` said so. */
  function ofField(node: FieldNode, parent: GraphQLOutputType, length: number): number {
    const type = isObjectType(parent) ? parent : null;
    const field = type?.getFields()[node.name.value];
    // Introspection, which graphql's own rules bound, or a type's name.
    if (type === null || field === undefined) return 1;
    const { limit } = argumentsOf(field, node);
    const asks = type === root || dearFields.includes(`${type.name}.${field.name}`) ? dear : 1;
    const named = getNamedType(field.type);
    if (node.selectionSet === undefined || !isObjectType(named)) return asks;
    const isList = isListType(getNullableType(field.type));
    const own = typeof limit === 'number' ? Math.max(1, limit) : length;
    const times = isList ? own : 1;
    // A page's items are as many as the page's limit.
    const below = isList ? assumedLength : own;
    return asks + times * ofSelections(node.selectionSet, named, below);
  }

  function argumentsOf(field: Parameters<typeof getArgumentValues>[0], node: FieldNode): Record<string, unknown> {
    try {
      return getArgumentValues(field, node, variables);
    } catch (cause) {
      throw new PatchbayError('invalid_request', {
        message: `The arguments of '${node.name.value}' cannot be read.`,
        cause,
      });
    }
  }

  return ofSelections(operation.selectionSet, root, assumedLength);
}

/** @throws PatchbayError `invalid_request`. */
export function checkCost(...of: Parameters<typeof costOf>): void {
  const cost = costOf(...of);
  if (cost > maxQueryCost)
    throw new PatchbayError('invalid_request', {
      message: `The answer could cost more than ${maxQueryCost}: ask for less, or name smaller limits.`,
      details: { limit: 'cost' },
    });
}
