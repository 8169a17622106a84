import { lintDocument, normaliseDocument } from '@patchbay/catalog';
import type { IntegrationDocumentInput } from '@patchbay/contracts';
import { applyOverlay, type Draft, importError, parseDescriptionText, renderDraft } from '@patchbay/openapi-import';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { readSource } from '../input/read-source.ts';
import { renderImport, renderReport } from '../render/imported.ts';
import type { DraftOptions } from './draft-options.ts';
import { writeDraft } from './write-draft.ts';

/** Makes the overlay's changes, writes or prints the draft, and says what a person should look at. */
export async function finishImport(
  context: CommandContext,
  drafted: Draft,
  { out, overlay }: DraftOptions,
): Promise<number> {
  const draft = overlay === undefined ? drafted : await withOverlay(context, drafted, overlay);
  const { document, report } = draft;
  if (out === undefined) {
    context.note(renderReport(report, context.style));
    context.show({ document, report, written: null }, () => renderDraft(draft));
    return exitCodes.ok;
  }
  const written = await writeDraft(out, draft, context.io.cwd);
  context.show({ document, report, written }, () => renderImport(report, written, context.style));
  return exitCodes.ok;
}

async function withOverlay(context: CommandContext, draft: Draft, file: string): Promise<Draft> {
  const overlay = parseDescriptionText(await readSource(file, context.io));
  const { document: changed, unmatched } = applyOverlay(draft.document, overlay);
  const normalised = normaliseDocument(changed);
  if (!normalised.ok) {
    const problems = normalised.issues.slice(0, 5).map(({ path, message }) => `${path}: ${message}`);
    throw importError('bad_overlay', `With the overlay the draft is no document any more: ${problems.join('; ')}.`);
  }
  const document = changed as IntegrationDocumentInput;
  const findings = lintDocument(normalised.document).map(({ path, rule, message }) => ({ path, rule, message }));
  const notes = unmatched.map((target) => `The overlay's target ${target} selects nothing.`);
  return { document, report: { ...draft.report, warnings: findings, notes: [...draft.report.notes, ...notes] } };
}
