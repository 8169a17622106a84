import { type IntegrationDocument, webhookToolsOf } from '@patchbay/contracts';
import { examples, picks } from './example-rules.ts';
import { type LintFinding, warning } from './rule.ts';

/** Requests about webhooks have examples too: the sandbox and the tests answer with them. */
export function webhooks(document: IntegrationDocument): LintFinding[] {
  const tools = webhookToolsOf(document);
  if (tools === null) return [];
  const findings = [...examples(tools.document), ...picks(tools.document)].map((found) => ({
    ...found,
    path: found.path.replace(/^tools\./, 'webhooks.').replace('.response.pick', '.response'),
  }));
  if (document.webhooks?.list === undefined)
    findings.push(
      warning('webhook-list', 'webhooks', 'say how webhooks are listed: one that was not answered cannot be found'),
    );
  return findings;
}
