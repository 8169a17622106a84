import type { AccessScope, Role } from '@patchbay/contracts';

/** What `/v1/me` says of the key. */
export interface Me {
  readonly kind: 'key' | 'jwt';
  readonly id: string;
  readonly tenant: string;
  readonly role: Role;
  readonly scopes: readonly AccessScope[];
  readonly agent: string | null;
}

/** Whether the key is of the platform, which names the tenant it acts for. */
export const ofPlatform = ({ tenant }: Pick<Me, 'tenant'>): boolean => tenant === '_platform';
