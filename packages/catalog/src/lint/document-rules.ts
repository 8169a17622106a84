import type { IntegrationDocument } from '@patchbay/contracts';
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
    document.auth.exchange?.url,
    ...Object.values(document.auth.exchange?.fields ?? {}),
    ...Object.values(document.auth.exchange?.headers ?? {}),
    ...(document.auth.hosts ?? []),
    ...(document.auth.scopes ?? []),
    ...Object.values(document.auth.authorize_params ?? {}),
    ...Object.values(document.auth.token_params ?? {}),
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
