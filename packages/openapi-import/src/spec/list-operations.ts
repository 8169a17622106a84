import type { References } from './references.ts';
import type { ApiDescription, ApiParameter, Operation, PathItem, Server } from './types.ts';

/** One operation of a description, with all that concerns it. */
export interface ListedOperation {
  /** The description's `operationId`, else one made of method and path; unique. */
  readonly id: string;
  /** False where the description gave no id, or gave it twice. */
  readonly ownId: boolean;
  /** In capitals. */
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  /** The operation's own parameters over those of its path. */
  readonly parameters: readonly ApiParameter[];
  /** Servers of the operation or its path; `undefined` where the description's count. */
  readonly servers: readonly Server[] | undefined;
}

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;

/** Every operation that a tool can be made of, in the order of the description. */
export function listOperations(description: ApiDescription, references: References): ListedOperation[] {
  const listed: ListedOperation[] = [];
  const used = new Set<string>();
  for (const [path, raw] of Object.entries(description.paths ?? {})) {
    const item = references.resolve<PathItem>(raw);
    if (item === undefined || typeof item !== 'object') continue;
    for (const method of methods) {
      const operation = item[method] as Operation | undefined;
      if (operation === undefined || operation === null || typeof operation !== 'object') continue;
      const given = typeof operation.operationId === 'string' ? operation.operationId.trim() : '';
      const ownId = given !== '' && !used.has(given);
      const id = ownId ? given : unused(given === '' ? idOf(method, path) : `${given} (${method} ${path})`, used);
      used.add(id);
      listed.push({
        id,
        ownId,
        method: method.toUpperCase(),
        path,
        operation,
        parameters: parametersOf(item, operation, references),
        servers: nonEmpty(operation.servers) ?? nonEmpty(item.servers),
      });
    }
  }
  return listed;
}

function nonEmpty<Value>(list: readonly Value[] | undefined): readonly Value[] | undefined {
  return Array.isArray(list) && list.length > 0 ? list : undefined;
}

/** `get /users/{id}/posts` as `get_users_by_id_posts`. */
function idOf(method: string, path: string): string {
  const words = path.replace(/\{([^}]*)\}/g, 'by_$1').split(/[^A-Za-z0-9]+/);
  return [method, ...words.filter((word) => word !== '')].join('_');
}

function unused(id: string, used: ReadonlySet<string>): string {
  let candidate = id;
  for (let count = 2; used.has(candidate); count++) candidate = `${id}_${count}`;
  return candidate;
}

function parametersOf(item: PathItem, operation: Operation, references: References): ApiParameter[] {
  const byPlace = new Map<string, ApiParameter>();
  for (const raw of [...asList(item.parameters), ...asList(operation.parameters)]) {
    const parameter = references.resolve<ApiParameter>(raw);
    if (parameter?.name === undefined || parameter.in === undefined) continue;
    byPlace.set(`${parameter.in} ${parameter.name}`, parameter);
  }
  return [...byPlace.values()];
}

function asList<Value>(value: readonly Value[] | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}
