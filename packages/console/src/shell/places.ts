import type { AccessScope } from '@patchbay/contracts';

export interface Place {
  readonly path: string;
  readonly name: string;
  /** What a key must hold to be shown it; null: nothing. */
  readonly scope: AccessScope | null;
  /** The second key of its shortcut, after `g`. */
  readonly key?: string;
  /** Whether it is about one tenant. */
  readonly ofTenant: boolean;
}

/** Where one can go, in groups, as the menu has it. */
export const places: readonly { readonly group: string; readonly places: readonly Place[] }[] = [
  {
    group: 'Watch',
    places: [
      { path: '/', name: 'Overview', scope: 'executions:read', key: 'o', ofTenant: true },
      { path: '/executions', name: 'Executions', scope: 'executions:read', key: 'e', ofTenant: true },
      { path: '/analytics', name: 'Analytics', scope: 'metrics:read', key: 'n', ofTenant: true },
      { path: '/audit', name: 'Audit', scope: 'audit:read', key: 'a', ofTenant: true },
    ],
  },
  {
    group: 'Tools',
    places: [
      { path: '/tools', name: 'Tools', scope: 'tools:read', key: 't', ofTenant: true },
      { path: '/toolsets', name: 'Toolsets', scope: 'tools:read', key: 's', ofTenant: false },
      { path: '/publish', name: 'Publish', scope: 'integrations:write', key: 'p', ofTenant: false },
    ],
  },
  {
    group: 'Reach',
    places: [
      { path: '/connections', name: 'Connections', scope: 'connections:read', key: 'c', ofTenant: true },
      { path: '/webhooks', name: 'Webhooks', scope: 'webhooks:read', key: 'w', ofTenant: true },
    ],
  },
  {
    group: 'Rules',
    places: [
      { path: '/policies', name: 'Policies', scope: 'policies:read', key: 'l', ofTenant: false },
      { path: '/approvals', name: 'Approvals', scope: 'approvals:write', key: 'r', ofTenant: true },
    ],
  },
  {
    group: 'Access',
    places: [
      { path: '/keys', name: 'Keys', scope: 'keys:read', key: 'k', ofTenant: false },
      { path: '/tenants', name: 'Tenants', scope: 'tenants:read', key: 'm', ofTenant: false },
      { path: '/about', name: 'About', scope: null, key: 'b', ofTenant: false },
    ],
  },
];

export const allPlaces: readonly Place[] = places.flatMap((group) => group.places);
