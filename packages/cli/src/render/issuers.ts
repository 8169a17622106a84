import type { TrustedIssuer } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { renderTable } from './table.ts';

/** The issuers that tenants trust, a line each. */
export function renderIssuers(
  issuers: readonly TrustedIssuer[],
  { io, style }: Pick<CommandContext, 'io' | 'style'>,
): string {
  return renderTable(
    issuers,
    [
      { title: 'TENANT', value: ({ tenant }) => tenant, paint: style.name },
      { title: 'ISSUER', value: ({ issuer }) => issuer },
      { title: 'AUDIENCE', value: ({ audience }) => audience },
      { title: 'CHANGED', value: ({ changed_at }) => changed_at.slice(0, 16), paint: style.quiet },
      {
        title: 'ROLES',
        value: ({ role_claim, roles }) =>
          `${role_claim}: ${Object.entries(roles)
            .map(([value, role]) => `${value}=${role}`)
            .join(' ')}`,
        flexible: true,
      },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
}
