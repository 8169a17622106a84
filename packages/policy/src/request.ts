import type { AuthorizationCall, CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { CallFacts } from './call-facts.ts';
import { cedarRecord } from './cedar-values.ts';

/** Whoever says of itself no more than that it is an agent of the tenant. */
const nobody = { role: 'agent' };

/** The question to Cedar. Of arguments only those that a policy looks at are told, and counts and times only if any does. */
export function requestOf(
  { tool, arguments: args, context, connection, dryRun, now, counts }: CallFacts,
  mentioned: { readonly members: ReadonlySet<string>; readonly arguments: ReadonlySet<string> },
): Pick<AuthorizationCall, 'principal' | 'action' | 'resource' | 'context' | 'entities'> {
  const { principal, agent = '', session, end_user, attributes } = context;
  const role = principal?.role ?? nobody.role;
  const uid = { type: 'Agent', id: agent };
  const parents = [{ type: 'Role', id: role }];
  if (principal !== undefined) parents.push({ type: principal.kind === 'key' ? 'Key' : 'User', id: principal.id });
  const resource = { type: 'Tool', id: tool.name };
  const { name, integration, version, risk, confirm } = tool;
  const told: Record<string, CedarValueJson> = {
    arguments: cedarRecord(args, mentioned.arguments),
    attributes: attributes === undefined ? {} : cedarRecord(attributes, Object.keys(attributes)),
    dry_run: dryRun,
  };
  if (session !== undefined) told['session'] = session;
  if (end_user !== undefined) told['end_user'] = end_user;
  if (connection !== null) told['connection'] = { __entity: { type: 'Connection', id: connection } };
  if (counts !== null) told['calls'] = { ...counts };
  if (timely.some((member) => mentioned.members.has(member))) Object.assign(told, timeOf(now));
  return {
    principal: uid,
    action: { type: 'Action', id: 'call' },
    resource,
    context: told,
    entities: [
      { uid, attrs: { name: agent, role }, parents },
      {
        uid: resource,
        attrs: { name, integration, version, risk, confirm },
        parents: [{ type: 'Integration', id: integration }],
      },
    ],
  };
}

const timely = ['now', 'date', 'hour', 'minute', 'weekday'];

/** In UTC. `weekday` is 1 on Mondays and 7 on Sundays. */
function timeOf(now: number): Record<string, CedarValueJson> {
  const time = new Date(now);
  const iso = time.toISOString();
  return {
    now: { __extn: { fn: 'datetime', arg: iso } },
    date: iso.slice(0, 10),
    hour: time.getUTCHours(),
    minute: time.getUTCMinutes(),
    weekday: ((time.getUTCDay() + 6) % 7) + 1,
  };
}
