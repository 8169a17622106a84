import type { DocumentChange, IntegrationDocument } from '@patchbay/contracts';
import { hostOf } from '../checks/urls.ts';
import { breaking, compatible, same, told } from './changes.ts';
import { diffTools } from './diff-tools.ts';

/**
 * What a newer document of an integration changes for those who use the older one: agents that call its tools, and
 * operators whose connections it uses. Breaking ones first.
 */
export function diffDocuments(before: IntegrationDocument, after: IntegrationDocument): DocumentChange[] {
  const changes = [
    ...diffHosts(before, after),
    ...diffAuth(before, after),
    ...diffVariables(before, after),
    ...diffTools(before, after),
    ...diffRest(before, after),
  ];
  return [...changes.filter((one) => one.breaking), ...changes.filter((one) => !one.breaking)];
}

function diffHosts(before: IntegrationDocument, after: IntegrationDocument): DocumentChange[] {
  const changes: DocumentChange[] = [];
  const [was, is] = [hostOf(before.base_url), hostOf(after.base_url)];
  if (was !== is) changes.push(breaking('base_url', `calls go to ${is}, and went to ${was}`));
  else if (before.base_url !== after.base_url)
    changes.push(compatible('base_url', `${before.base_url} became ${after.base_url}`));
  const hosts = ({ auth, base_url }: IntegrationDocument) => auth.hosts ?? [hostOf(base_url) ?? ''];
  const gained = hosts(after).filter((host) => !hosts(before).includes(host));
  // Whoever connected agreed to other hosts.
  if (gained.length > 0 && was === is)
    changes.push(breaking('auth.hosts', `credentials may go to ${gained.join(', ')} too`));
  return changes;
}

function diffAuth({ auth: was }: IntegrationDocument, { auth: is }: IntegrationDocument): DocumentChange[] {
  if (was.type !== is.type)
    return [breaking('auth.type', `${was.type} became ${is.type}: connections have to be added again`)];
  const changes: DocumentChange[] = [];
  const scopes = (is.scopes ?? []).filter((scope) => !(was.scopes ?? []).includes(scope));
  if (scopes.length > 0)
    changes.push(breaking('auth.scopes', `asks for ${scopes.join(', ')} too: accounts connected before lack it`));
  else if (!same(was.scopes, is.scopes)) changes.push(compatible('auth.scopes', 'asks for less'));
  for (const field of ['exchange', 'headers', 'query'] as const) {
    if (!same(was[field], is[field]))
      changes.push(breaking(`auth.${field}`, 'a stored credential may lack what it needs now'));
  }
  const rest = ({ scopes: _s, hosts: _h, exchange: _e, headers: _a, query: _q, ...others }: typeof was) => others;
  if (!same(rest(was), rest(is))) changes.push(compatible('auth', 'shows the credential otherwise'));
  return changes;
}

function diffVariables(before: IntegrationDocument, after: IntegrationDocument): DocumentChange[] {
  const [was, is] = [before.variables ?? {}, after.variables ?? {}];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((name): DocumentChange[] => {
    const [old, now] = [was[name], is[name]];
    const path = `variables.${name}`;
    if (now === undefined) return [compatible(path, 'is no longer asked for')];
    if (old === undefined)
      return now.default === undefined
        ? [breaking(path, 'is new and has no default: connections have to be added again')]
        : [compatible(path, `is new, with default ${told(now.default)}`)];
    if (old.pattern !== now.pattern) return [breaking(`${path}.pattern`, 'may refuse what a connection holds')];
    return same(old, now) ? [] : [compatible(path, 'changed')];
  });
}

function diffRest(before: IntegrationDocument, after: IntegrationDocument): DocumentChange[] {
  const changes: DocumentChange[] = [];
  if (!same(before.webhooks, after.webhooks)) {
    const other = before.webhooks !== undefined && before.webhooks?.scheme !== after.webhooks?.scheme;
    changes.push(
      other ? breaking('webhooks', 'webhooks are signed by another scheme') : compatible('webhooks', 'changed'),
    );
  }
  const fields = [
    'name',
    'description',
    'category',
    'headers',
    'rate_limits',
    'timeout_ms',
    'retry',
    'errors',
    'health',
  ] as const;
  for (const field of fields) if (!same(before[field], after[field])) changes.push(compatible(field, 'changed'));
  return changes;
}
