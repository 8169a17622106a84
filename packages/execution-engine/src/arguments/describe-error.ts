import type { Issue } from '@patchbay/contracts';
import { joinPath } from '@patchbay/contracts';
import type { ErrorObject } from 'ajv/dist/2020.js';

const maxIssues = 20;

const formatNames: Record<string, string> = {
  'date-time': 'a date and time such as 2026-01-31T09:30:00Z',
  date: 'a date such as 2026-01-31',
  time: 'a time such as 09:30:00Z',
  duration: 'a duration such as PT30M',
  email: 'an e-mail address',
  uri: 'an absolute URL',
  url: 'an absolute URL',
  hostname: 'a host name',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  uuid: 'a UUID',
};

/** ajv's errors as issues under `arguments`. No message repeats a value: it may be personal. */
export function describeErrors(errors: readonly ErrorObject[]): Issue[] {
  // Which branch of anyOf was meant is unknown, so what each lacks says less than that none fits.
  const branches = errors
    .filter((error) => error.keyword === 'anyOf' || error.keyword === 'oneOf')
    .map((error) => `${error.schemaPath}/`);
  const issues: Issue[] = [];
  for (const error of errors) {
    if (issues.length === maxIssues) break;
    if (error.keyword === 'if' || error.keyword === 'propertyNames') continue;
    if (branches.some((branch) => error.schemaPath.startsWith(branch))) continue;
    const issue = describe(error);
    if (!issues.some((other) => other.path === issue.path && other.message === issue.message)) issues.push(issue);
  }
  return issues;
}

function describe(error: ErrorObject): Issue {
  const parts = error.instancePath.split('/').slice(1).map(pointerPart);
  const { params } = error;
  switch (error.keyword) {
    case 'required':
    case 'dependentRequired':
      return { path: joinPath('arguments', [...parts, String(params.missingProperty)]), message: 'is required' };
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const name = String(params.additionalProperty ?? params.unevaluatedProperty);
      return {
        path: joinPath('arguments', [...parts, name]),
        message: parts.length === 0 ? 'is not an argument of this tool' : 'is not a known field',
      };
    }
    default:
      return { path: joinPath('arguments', parts), message: messageOf(error) };
  }
}

function messageOf(error: ErrorObject): string {
  const { params, keyword } = error;
  const plural = (count: unknown, word: string): string => `${String(count)} ${word}${count === 1 ? '' : 's'}`;
  switch (keyword) {
    case 'type':
      return `must be ${[params.type]
        .flat()
        .map((type) => withArticle(String(type)))
        .join(' or ')}`;
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[])
        .slice(0, 30)
        .map((value) => JSON.stringify(value))
        .join(', ')}`;
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`;
    case 'format':
      return `must be ${formatNames[String(params.format)] ?? `in the format ${String(params.format)}`}`;
    case 'pattern':
      return `must match the pattern ${String(params.pattern)}`;
    case 'minLength':
      return params.limit === 1 ? 'must not be empty' : `must have at least ${plural(params.limit, 'character')}`;
    case 'maxLength':
      return `must have at most ${plural(params.limit, 'character')}`;
    case 'minItems':
      return `must have at least ${plural(params.limit, 'item')}`;
    case 'maxItems':
      return `must have at most ${plural(params.limit, 'item')}`;
    case 'minimum':
      return `must be ${String(params.limit)} or more`;
    case 'maximum':
      return `must be ${String(params.limit)} or less`;
    case 'exclusiveMinimum':
      return `must be more than ${String(params.limit)}`;
    case 'exclusiveMaximum':
      return `must be less than ${String(params.limit)}`;
    case 'multipleOf':
      return `must be a multiple of ${String(params.multipleOf)}`;
    case 'uniqueItems':
      return 'must not hold the same item twice';
    case 'anyOf':
    case 'oneOf':
      return 'must have one of the allowed forms';
    default:
      return error.message ?? 'is not valid';
  }
}

function withArticle(type: string): string {
  if (type === 'null') return 'null';
  return `${/^[aeio]/.test(type) ? 'an' : 'a'} ${type}`;
}

function pointerPart(part: string): string | number {
  return /^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~');
}
