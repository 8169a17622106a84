import { type IntegrationDocument, joinPath } from '@patchbay/contracts';
import { hostOf } from '../checks/urls.ts';
import { parsePlain } from '../templates.ts';
import { callsOf, toolEntries } from '../tool-calls.ts';
import { error, type LintFinding, warning } from './rule.ts';

/** A document says where its facts come from and when somebody last compared them. */
export function provenance(document: IntegrationDocument): LintFinding[] {
  const findings: LintFinding[] = [];
  if (document.source === undefined)
    findings.push(error('source', 'source', 'name the official source of these facts'));
  if (!/^\d{4}-\d{2}-\d{2}$/.test(document.verified_at ?? '')) {
    findings.push(error('verified-at', 'verified_at', 'say on which day the facts were checked, as YYYY-MM-DD'));
  }
  return findings;
}

export function health(document: IntegrationDocument): LintFinding[] {
  if (document.health !== undefined || document.auth.type === 'none') return [];
  return [
    warning('health', 'health', 'name a cheap authenticated read, so that a connection can be tried when it is added'),
  ];
}

/** A host that is nothing but a variable lets a connection send the credential anywhere. */
export function freeHost(document: IntegrationDocument): LintFinding[] {
  const fixed = (hostOf(document.base_url) ?? '').replace(/:\d+$/, '').split('}').at(-1) ?? '';
  const labels = fixed.split('.').filter((label) => label !== '');
  if (labels.length >= 2 || !document.base_url.includes('{') || labels[0] === 'localhost') return [];
  return [warning('free-host', 'base_url', 'the host should end in a fixed name, such as {subdomain}.example.com')];
}

export function unusedVariables(document: IntegrationDocument): LintFinding[] {
  const used = new Set<string>();
  const read = (text: string | undefined) => {
    for (const { name } of parsePlain(text ?? '').placeholders) used.add(name);
  };
  for (const text of [
    document.base_url,
    document.auth.authorize_url,
    document.auth.token_url,
    document.auth.device_url,
    document.auth.revoke_url,
    document.auth.assertion?.subject,
    ...(document.auth.hosts ?? []),
  ])
    read(text);
  for (const text of Object.values(document.headers ?? {})) read(text);
  for (const entry of toolEntries(document)) {
    for (const parameter of Object.values(entry.tool.parameters)) read(parameter['x-template']);
    for (const { request, parameters } of callsOf(entry)) {
      for (const text of [
        request.path,
        request.base_url,
        ...Object.values(request.headers ?? {}),
        ...Object.values(request.query ?? {}),
      ])
        read(text);
      for (const parameter of Object.values(parameters)) {
        read(parameter['x-template']);
        used.add((parameter['x-from'] ?? '').replace(/^connection\./, ''));
      }
    }
  }
  return Object.keys(document.variables ?? {})
    .filter((name) => !used.has(name))
    .map((name) => warning('unused-variable', `variables.${name}`, 'nothing uses this variable'));
}

/** Shapes of real credentials. Documents are shared; a secret in one is a leak. */
const secretShapes: readonly RegExp[] = [
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/,
  /\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bgh[oprsu]_[A-Za-z0-9]{30,}/,
  /\bya29\.[A-Za-z0-9_-]{20,}/,
  /\bpat-(?:na|eu)\d-[0-9a-f-]{30,}/,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(?:Bearer|Basic) [A-Za-z0-9+/_.=-]{20,}/,
];

export function noSecrets(document: IntegrationDocument): LintFinding[] {
  const findings: LintFinding[] = [];
  const walk = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value === 'string' && secretShapes.some((shape) => shape.test(value))) {
      findings.push(error('no-secrets', joinPath('', path), 'this looks like a credential; documents hold none'));
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) walk(item, [...path, index]);
    } else if (value !== null && typeof value === 'object') {
      for (const [key, child] of Object.entries(value)) walk(child, [...path, key]);
    }
  };
  walk(document, []);
  return findings;
}
