import type { IntegrationDocument } from '@patchbay/contracts';
import { freeHost, health, noSecrets, provenance, unusedVariables } from './document-rules.ts';
import { examples, picks } from './example-rules.ts';
import type { LintFinding, LintRule } from './rule.ts';
import { budgets, descriptions, names, risk, speech, voiceArguments } from './tool-rules.ts';
import { webhooks } from './webhook-rules.ts';

const rules: readonly LintRule[] = [
  provenance,
  health,
  freeHost,
  unusedVariables,
  noSecrets,
  names,
  descriptions,
  voiceArguments,
  risk,
  speech,
  budgets,
  examples,
  picks,
  webhooks,
];

/** What would make a sound document better for models and for voice. Takes a document that `normaliseDocument` accepted. */
export function lintDocument(document: IntegrationDocument): LintFinding[] {
  return rules.flatMap((rule) => rule(document));
}
