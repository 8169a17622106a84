import { resolve } from 'node:path';
import { IntegrationId } from '@patchbay/contracts';
import { type BaseConfig, parseConfig, readBaseConfig } from '@patchbay/service-kit';
import { z } from 'zod';

export interface RegistryConfig extends BaseConfig {
  /** Which integrations of the shipped catalogue are registered at platform scope before serving: all, none, or these. */
  readonly seedCatalogue: boolean | readonly string[];
  /** Absolute path of the folder whose files are integrations; null: none is watched. */
  readonly folder: string | null;
}

/** Ids with commas between them; a list of its own, since `true` and `false` would be ids too. */
const integrationList = z
  .string()
  .regex(/,/, 'takes true, false, or ids of integrations with commas between them')
  .transform((text) => text.split(',').filter((id) => id !== ''))
  .pipe(z.array(IntegrationId).min(1));

const variables = z.object({
  PATCHBAY_REGISTRY_SEED_CATALOG: z
    .union([z.enum(['true', 'false']), integrationList])
    .default('false')
    .transform((value) => (value === 'true' ? true : value === 'false' ? false : value)),
  PATCHBAY_REGISTRY_FOLDER: z.string().min(1).optional(),
});

/** @throws ConfigError naming what is missing or wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): RegistryConfig {
  const base = readBaseConfig('registry', env);
  const own = parseConfig(variables, env);
  return {
    ...base,
    seedCatalogue: own.PATCHBAY_REGISTRY_SEED_CATALOG,
    folder: own.PATCHBAY_REGISTRY_FOLDER === undefined ? null : resolve(own.PATCHBAY_REGISTRY_FOLDER),
  };
}
