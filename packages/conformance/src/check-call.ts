import type { IntegrationDocument } from '@patchbay/contracts';
import { checkBody } from './check-body.ts';
import { checkParameters } from './check-parameters.ts';
import { checkResponse } from './check-response.ts';
import { type Issue, issue } from './issue.ts';
import type { RecordedCall } from './record-requests.ts';
import { type ApiSpec, isNode, resolve } from './spec/api-spec.ts';
import { findOperation, type NoOperation, type Operation } from './spec/find-operation.ts';

export interface CallVerdict {
  /** As the vendor's document writes it; null where it has none that fits. */
  readonly operation: string | null;
  readonly deprecated: boolean;
  readonly issues: readonly Issue[];
  /** Of the example's answer; null where the vendor's document describes none. */
  readonly response: readonly Issue[] | null;
}

/** Holds a recorded request against the vendor's documents: the first that has its operation. */
export function checkCall(document: IntegrationDocument, call: RecordedCall, specs: readonly ApiSpec[]): CallVerdict {
  const { method, url, headers, body } = call.request;
  let nearest: NoOperation = 'server';
  for (const spec of specs) {
    const operation = findOperation(spec, method, url);
    if (typeof operation === 'string') {
      nearest = nearer(nearest, operation);
      continue;
    }
    const names = credentialNames(document, spec);
    return {
      operation: operation.name,
      deprecated: operation.node['deprecated'] === true,
      issues: [
        ...checkParameters(spec.root, operation, { url, headers }, names),
        ...checkBody(spec, operation, body, headers['content-type']),
      ],
      response: answerOf(spec, operation, call),
    };
  }
  const address = url.split('?', 1)[0];
  return {
    operation: null,
    deprecated: false,
    issues: [issue('operation', 'operation', `${method} ${address}: ${reasons[nearest]}`)],
    response: null,
  };
}

const reasons: Record<NoOperation, string> = {
  server: 'no server of the specification is at this address',
  path: 'the specification has no such path',
  method: 'the specification has the path, but not with this method',
};
const order: readonly NoOperation[] = ['server', 'path', 'method'];

function nearer(a: NoOperation, b: NoOperation): NoOperation {
  return order.indexOf(a) > order.indexOf(b) ? a : b;
}

function answerOf(spec: ApiSpec, operation: Operation, { response }: RecordedCall): readonly Issue[] | null {
  // A path of which several are written alike may be another operation's, with another answer.
  return response === undefined || operation.vague ? null : checkResponse(spec.root, operation, response);
}

/** Parameters and headers that carry the credential, by the vendor's word or by ours. Lower case. */
function credentialNames({ auth }: IntegrationDocument, spec: ApiSpec): ReadonlySet<string> {
  const components = isNode(spec.root['components']) ? spec.root['components'] : {};
  const schemes = isNode(components['securitySchemes']) ? components['securitySchemes'] : {};
  const theirs = Object.values(schemes)
    .map((scheme) => resolve(spec.root, scheme)['name'])
    .filter((name) => typeof name === 'string');
  const ours = [auth.headers, auth.query, auth.body].flatMap((part) => Object.keys(part ?? {}));
  if (auth.type === 'api_key') ours.push(auth.name ?? (auth.in === 'query' ? 'api_key' : 'X-API-Key'));
  return new Set([...theirs, ...ours, ...spec.credentialNames].map((name) => name.toLowerCase()));
}
