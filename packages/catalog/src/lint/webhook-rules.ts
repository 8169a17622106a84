import { type IntegrationDocument, webhookToolsOf } from '@patchbay/contracts';
import { examples, picks } from './example-rules.ts';
import type { LintFinding } from './rule.ts';

/** Requests about webhooks have examples too: the sandbox and the tests answer with them. */
export function webhooks(document: IntegrationDocument): LintFinding[] {
  const tools = webhookToolsOf(document);
  if (tools === null) return [];
  return [...examples(tools.document), ...picks(tools.document)].map((found) => ({
    ...found,
    path: found.path.replace(/^tools\./, 'webhooks.').replace('.response.pick', '.response'),
  }));
}
