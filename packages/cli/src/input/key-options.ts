import { idSchema, platformScope } from '@patchbay/contracts';
import type { Command } from 'commander';
import { UsageError } from '../failures.ts';

export interface WhoseKey {
  readonly platform?: boolean;
}

export function platformOption(command: Command): Command {
  return command.option('--platform', 'of the platform: for operators of all tenants');
}

/** Whose key it is. */
export function tenantOfKey({ platform }: WhoseKey): { readonly tenant?: string } {
  return platform ? { tenant: platformScope } : {};
}

/** @throws UsageError */
export function requireKeyId(id: string): void {
  if (idSchema('apiKey').safeParse(id).success) return;
  // Whoever pastes a whole key here must not find it in the answer.
  throw new UsageError("A key is named by its id, such as key_01JD0000000000000000000000: see 'patchbay keys list'.");
}
