import { type Issue, issue } from './issue.ts';
import { isNode, type Node, resolve } from './spec/api-spec.ts';
import type { Operation } from './spec/find-operation.ts';
import { schemaErrors } from './spec/schema-errors.ts';
import { unknownFields } from './spec/unknown-fields.ts';

/** Whether an example's answer is one that the vendor's document describes; null where it describes none as JSON. */
export function checkResponse(
  root: Node,
  operation: Operation,
  response: { readonly status: number; readonly body?: unknown },
): Issue[] | null {
  const schema = schemaOf(root, operation, response.status);
  if (schema === null || response.body === undefined) return null;
  return [
    ...schemaErrors(root, schema, response.body, { direction: 'response' }).map(({ path, message }) =>
      issue(`response ${path}`.trim(), 'value', message),
    ),
    ...unknownFields(root, schema, response.body).map((field) =>
      issue(`response ${field}`, 'unknown', 'the answer has no such field'),
    ),
  ];
}

/** Of the status itself, its class or the default; any 2xx for a 2xx. */
function schemaOf(root: Node, operation: Operation, status: number): unknown {
  const responses = isNode(operation.node['responses']) ? operation.node['responses'] : {};
  const success = Object.keys(responses).find((key) => /^2/.test(key));
  const keys = [String(status), `${String(status)[0]}XX`, ...(status < 300 && success ? [success] : []), 'default'];
  const key = keys.find((one) => responses[one] !== undefined);
  const content = key === undefined ? undefined : resolve(root, responses[key])['content'];
  if (!isNode(content)) return null;
  const type = Object.keys(content).find((one) => one.includes('json') || one === '*/*');
  const media = type === undefined ? {} : resolve(root, content[type]);
  return media['schema'] ?? null;
}
