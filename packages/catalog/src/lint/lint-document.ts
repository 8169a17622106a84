import type { IntegrationDocument } from '@patchbay/contracts';
import { confirmation, resultSize, searchWords } from './asking-rules.ts';
import { health, provenance, unusedVariables } from './document-rules.ts';
import { examples, picks } from './example-rules.ts';
import { freeHost } from './host-rules.ts';
import { privacyMarks } from './privacy-rules.ts';
import type { LintFinding, LintRule } from './rule.ts';
import { noSecrets, secretArguments } from './secret-rules.ts';
import { budgets, descriptions, names, risk, speech, textLimits, voiceArguments, zoneOfTimes } from './tool-rules.ts';
import { webhooks } from './webhook-rules.ts';

const rules: readonly LintRule[] = [
  provenance,
  health,
  freeHost,
  unusedVariables,
  noSecrets,
  secretArguments,
  privacyMarks,
  names,
  descriptions,
  voiceArguments,
  textLimits,
  zoneOfTimes,
  risk,
  confirmation,
  speech,
  searchWords,
  resultSize,
  budgets,
  examples,
  picks,
  webhooks,
];

/** What would make a sound document better for models and for voice. Takes a document that `normaliseDocument` accepted. */
export function lintDocument(document: IntegrationDocument): LintFinding[] {
  return rules.flatMap((rule) => rule(document));
}
