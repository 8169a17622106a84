import { AccessScope, platformScope, type Role } from '@patchbay/contracts';

const agent: readonly AccessScope[] = ['tools:read', 'tools:execute', 'executions:cancel'];
const reading: readonly AccessScope[] = [
  'tools:read',
  'executions:read',
  'integrations:read',
  'connections:read',
  'webhooks:read',
  'policies:read',
  'metrics:read',
];
const developer: readonly AccessScope[] = [...agent, ...reading, 'integrations:write', 'toolsets:write'];
const operator: readonly AccessScope[] = [
  ...developer,
  'connections:write',
  'webhooks:write',
  'audit:read',
  'keys:read',
  'tenants:read',
  'approvals:write',
];

/** What each role may do in its tenant. `tenants:write` is nobody's in one: tenants are made and suspended by the platform. */
const tenantRoles: Readonly<Record<Role, readonly AccessScope[]>> = {
  owner: [
    ...operator,
    'audit:export',
    'audit:write',
    'audit:reveal',
    'subjects:read',
    'subjects:erase',
    'policies:write',
    'keys:write',
  ],
  operator,
  developer,
  agent,
  auditor: [...reading, 'audit:read', 'audit:export', 'keys:read', 'tenants:read'],
};

/** In the order of the contract, each once. */
const inOrder = (scopes: readonly AccessScope[]) => AccessScope.options.filter((scope) => scopes.includes(scope));

export const roleScopes = Object.fromEntries(
  Object.entries(tenantRoles).map(([role, scopes]) => [role, inOrder(scopes)]),
) as unknown as Readonly<Record<Role, readonly AccessScope[]>>;

/** Roles that a key of the platform may have. An operator there may do everything, for any tenant. */
export const platformRoles: readonly Role[] = ['operator'];

/** Everything that a key of the role may do; nothing for a role that the platform does not have. */
export function scopesOf(role: Role, tenant: string): readonly AccessScope[] {
  if (tenant !== platformScope) return roleScopes[role];
  return platformRoles.includes(role) ? AccessScope.options : [];
}
