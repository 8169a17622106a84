import { PolicyName, platformScope } from '@patchbay/contracts';
import type { Command } from 'commander';
import { UsageError } from '../../failures.ts';

export interface PlatformOption {
  readonly platform?: boolean;
}

export function addPlatformOption(command: Command): Command {
  return command.option('--platform', 'of the platform, for every tenant, in the place of one tenant');
}

/** Whose policies the command is about: the tenant's, unless every tenant's were asked for. */
export function policyScope({ platform }: PlatformOption): { readonly scope?: string } {
  return platform ? { scope: platformScope } : {};
}

/** @throws UsageError */
export function requirePolicyName(name: string): void {
  const parsed = PolicyName.safeParse(name);
  if (!parsed.success) throw new UsageError(`'${name}': ${parsed.error.issues[0]?.message}.`);
}
