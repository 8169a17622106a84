import { platformScope, StoredIntegration } from '@patchbay/contracts';

/** What a test says of a stored document; everything else is filled in. Tools are keys, or key to callable name. */
export interface StoredSketch {
  id: string;
  version?: string;
  scope?: string;
  tools?: readonly string[] | Readonly<Record<string, string>>;
  registeredAt?: string;
  retired?: boolean;
}

export function storedIntegration(sketch: StoredSketch): StoredIntegration {
  const {
    id,
    version = '1.0.0',
    scope = platformScope,
    tools = ['ping'],
    registeredAt = '2026-01-01T00:00:00.000Z',
    retired = false,
  } = sketch;
  const named = Array.isArray(tools) ? tools.map((key: string) => [key, undefined] as const) : Object.entries(tools);
  return StoredIntegration.parse({
    scope,
    registered_at: registeredAt,
    retired,
    digest: `${id}@${version}`,
    document: {
      id,
      name: id,
      version,
      category: 'other',
      description: `The ${id} API.`,
      base_url: `https://${id.replaceAll('_', '-')}.example.com`,
      auth: { type: 'none' },
      tools: Object.fromEntries(
        named.map(([key, name]) => [
          key,
          {
            title: key,
            description: `Does ${key}.`,
            risk: 'read',
            request: { method: 'GET', path: `/${key}` },
            ...(name !== undefined && { name }),
          },
        ]),
      ),
    },
  });
}
