import { type Auth, type IntegrationDocument, oauthFields } from '@patchbay/contracts';
import { type Finding, finding, wrongWord } from '../finding.ts';
import { patternProblem } from '../pattern-safety.ts';
import { callsOf, locationOf, toolEntries } from '../tool-calls.ts';
import { headerProblem } from './headers.ts';

const fieldsOf: Record<Auth['type'], readonly (keyof Auth)[]> = {
  oauth2: [
    ...(Object.keys(oauthFields) as (keyof typeof oauthFields)[]),
    'scheme',
    'header',
    'headers',
    'query',
    'hosts',
    'exchange',
  ],
  api_key: ['in', 'name', 'prefix', 'hosts', 'exchange'],
  basic: ['hosts'],
  bearer: ['scheme', 'header', 'hosts', 'exchange'],
  custom: ['headers', 'query', 'body', 'hosts', 'exchange'],
  aws_sigv4: ['service', 'region', 'hosts'],
  none: ['hosts'],
};

/** Whether `auth` says all that its type needs, and nothing that belongs to another type. */
export function checkAuth(document: IntegrationDocument): Finding[] {
  const { auth } = document;
  const allowed = new Set<string>(['type', ...fieldsOf[auth.type]]);
  const findings = Object.keys(auth)
    .filter((field) => auth[field as keyof Auth] !== undefined && !allowed.has(field))
    .map((field) => finding(['auth', field], `does not belong to auth type ${auth.type}`));

  if (auth.type === 'oauth2') {
    if (auth.authorize_url !== undefined && auth.token_url === undefined) {
      findings.push(finding(['auth', 'token_url'], 'required beside authorize_url'));
    }
    if (auth.scopes !== undefined && auth.token_url === undefined) {
      findings.push(finding(['auth', 'token_url'], 'required where scopes are asked for'));
    }
  }
  if (auth.type === 'aws_sigv4') {
    for (const field of ['service', 'region'] as const)
      if (auth[field] === undefined) findings.push(finding(['auth', field], 'required for aws_sigv4'));
    const name = /^\{(.+)\}$/.exec(auth.region ?? '')?.[1];
    const known = Object.keys(document.variables ?? {});
    if (name !== undefined && !known.includes(name))
      findings.push(wrongWord(['auth', 'region'], `{${name}} is not declared in variables`, name, known));
  }
  for (const [name, { pattern }] of Object.entries(auth.variables_from ?? {})) {
    const path = ['auth', 'variables_from', name];
    if (!Object.hasOwn(document.variables ?? {}, name))
      findings.push(
        wrongWord(path, `{${name}} is not declared in variables`, name, Object.keys(document.variables ?? {})),
      );
    const problem = pattern === undefined ? undefined : patternProblem(pattern);
    if (problem !== undefined) findings.push(finding([...path, 'pattern'], problem));
  }
  if (auth.type === 'api_key' && auth.in === 'query' && auth.name === undefined) {
    findings.push(finding(['auth', 'name'], 'required when the key goes into the query'));
  }
  if (auth.type === 'api_key' && auth.in !== 'query' && auth.in !== 'path' && auth.name !== undefined) {
    const problem = headerProblem(auth.name, true);
    if (problem !== undefined) findings.push(finding(['auth', 'name'], problem));
  }
  if (
    auth.type === 'api_key' &&
    auth.in === 'path' &&
    document.base_url.split(`{${auth.name ?? 'api_key'}}`).length !== 2
  )
    findings.push(finding(['base_url'], `expected {${auth.name ?? 'api_key'}} once in the path, where the key goes`));
  if (auth.type === 'api_key' && auth.in === 'path' && !/^[a-z][a-z0-9_]*$/.test(auth.name ?? 'api_key'))
    findings.push(finding(['auth', 'name'], 'expected a name such as api_key, which base_url holds in braces'));
  if (auth.type === 'custom' || auth.type === 'oauth2') findings.push(...checkTemplates(auth));
  const tokenHeader = auth.header === undefined ? undefined : headerProblem(auth.header, true);
  if (tokenHeader !== undefined) findings.push(finding(['auth', 'header'], tokenHeader));
  findings.push(...checkCredentialBody(document));
  if (auth.hosts?.length === 0)
    findings.push(finding(['auth', 'hosts'], 'an empty list would let the credential go nowhere'));
  return findings;
}

function checkTemplates(auth: Auth): Finding[] {
  const entries = [
    ...Object.entries(auth.headers ?? {}).map(([name, text]) => ({
      path: ['auth', 'headers', name],
      name,
      text,
      header: true,
    })),
    ...Object.entries(auth.query ?? {}).map(([name, text]) => ({
      path: ['auth', 'query', name],
      name,
      text,
      header: false,
    })),
    ...Object.entries(auth.body ?? {}).map(([name, text]) => ({
      path: ['auth', 'body', name],
      name,
      text,
      header: false,
    })),
  ];
  if (entries.length === 0 && auth.type === 'custom')
    return [finding(['auth', 'headers'], 'auth type custom needs headers, query or body templates')];
  return entries.flatMap(({ path, name, text, header }) => {
    const problem = header ? headerProblem(name, true) : undefined;
    if (problem !== undefined) return [finding(path, problem)];
    // A template without a field would put the same fixed text before every tenant's requests: a secret in a document.
    return /\{[A-Za-z_][A-Za-z0-9_]*\}/.test(text)
      ? []
      : [finding(path, 'expected a credential field such as {api_key}')];
  });
}

/** A credential in the body needs one that can hold it, in every call that shows it, and a place that no parameter takes. */
function checkCredentialBody(document: IntegrationDocument): Finding[] {
  if (document.auth.body === undefined) return [];
  return toolEntries(document).flatMap((entry) =>
    callsOf(entry).flatMap(({ path, request, parameters, step }) => {
      if (step?.auth === false) return [];
      if (['GET', 'HEAD'].includes(request.method) || !['json', 'form'].includes(request.body ?? 'json'))
        return [finding([...path, 'request'], 'auth.body needs a JSON or form body')];
      return Object.entries(parameters)
        .filter(([name, parameter]) => {
          const location = locationOf(name, parameter, request, new Set());
          const wire = parameter['x-name'] ?? name;
          return location === 'body' && Object.hasOwn(document.auth.body ?? {}, wire);
        })
        .map(([name]) => finding([...path, 'parameters', name], 'stands where auth.body puts the credential'));
    }),
  );
}
