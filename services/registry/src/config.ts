import { type BaseConfig, parseConfig, readBaseConfig } from '@patchbay/service-kit';
import { z } from 'zod';

export interface RegistryConfig extends BaseConfig {
  /** Registers the shipped catalogue at platform scope before serving. */
  readonly seedCatalogue: boolean;
}

const variables = z.object({
  PATCHBAY_REGISTRY_SEED_CATALOG: z.enum(['true', 'false']).default('false'),
});

/** @throws ConfigError naming what is missing or wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): RegistryConfig {
  const base = readBaseConfig('registry', env);
  return { ...base, seedCatalogue: parseConfig(variables, env).PATCHBAY_REGISTRY_SEED_CATALOG === 'true' };
}
