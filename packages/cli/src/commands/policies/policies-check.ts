import { issuesOf, TenantPolicies } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { readSource } from '../../input/read-source.ts';
import { type CheckedPolicies, renderPolicies } from '../../render/policies.ts';

export function addPoliciesCheck(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'check <file>',
    summary: "Check a file of tenants' policies without a running Patchbay",
    description:
      "Check a file of tenants' policies, as PATCHBAY_TENANT_POLICIES_FILE names it for executors, and say what it means for each tenant. The exit code is 1 when an executor would refuse it.",
    examples: ['patchbay policies check tenants.json', 'patchbay policies check --json tenants.json | jq .tenants'],
    async run(context, _options, file) {
      const checked = await checkPolicies(await readSource(file, context.io));
      context.show(checked, () => renderPolicies(file, checked, context.style));
      return checked.problems.length === 0 ? exitCodes.ok : exitCodes.failed;
    },
  });
}

/** The same judgement as an executor's, with every problem instead of the first. */
async function checkPolicies(text: string): Promise<CheckedPolicies> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { problems: [{ path: '', message: `not JSON: ${(error as Error).message}` }], default: {}, tenants: {} };
  }
  const parsed = TenantPolicies.safeParse(json);
  if (!parsed.success) return { problems: issuesOf(parsed.error), default: {}, tenants: {} };
  // Not for every command: it brings the whole HTTP client.
  const { tenantRules } = await import('@patchbay/egress');
  const { tenants, default: others = {} } = parsed.data;
  const problems = Object.entries(tenants).flatMap(([tenant, { egress }]) =>
    (egress?.private_networks ?? []).flatMap((network) => {
      try {
        tenantRules({ privateHosts: [], privateNetworks: [network] });
        return [];
      } catch (error) {
        return [{ path: `tenants.${tenant}.egress.private_networks`, message: (error as Error).message }];
      }
    }),
  );
  return { problems, default: others, tenants };
}
