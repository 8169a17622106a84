import { resolve } from 'node:path';
import { type BaseConfig, parseConfig, readBaseConfig } from '@patchbay/service-kit';
import { z } from 'zod';

export interface RegistryConfig extends BaseConfig {
  /** Registers the shipped catalogue at platform scope before serving. */
  readonly seedCatalogue: boolean;
  /** Absolute path of the folder whose files are integrations; null: none is watched. */
  readonly folder: string | null;
}

const variables = z.object({
  PATCHBAY_REGISTRY_SEED_CATALOG: z.enum(['true', 'false']).default('false'),
  PATCHBAY_REGISTRY_FOLDER: z.string().min(1).optional(),
});

/** @throws ConfigError naming what is missing or wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): RegistryConfig {
  const base = readBaseConfig('registry', env);
  const own = parseConfig(variables, env);
  return {
    ...base,
    seedCatalogue: own.PATCHBAY_REGISTRY_SEED_CATALOG === 'true',
    folder: own.PATCHBAY_REGISTRY_FOLDER === undefined ? null : resolve(own.PATCHBAY_REGISTRY_FOLDER),
  };
}
