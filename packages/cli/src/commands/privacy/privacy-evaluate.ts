import { evaluateTexts, NotLabelledTexts, readLabelledTexts } from '@patchbay/privacy/evaluate';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { readSource } from '../../input/read-source.ts';
import { renderEvaluation } from '../../render/privacy.ts';

/** Corpora are larger than what commands else read. */
const maxBytes = 64 * 1_048_576;

export function addPrivacyEvaluate(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'evaluate <file>',
    summary: 'Hold what the engine finds against labelled texts',
    description:
      'Hold what the engine finds against labelled texts: a JSON file [{"text": …, "spans": [{"type": "EMAIL_ADDRESS", "start": 0, "end": 9}]}], or - for standard input. A labelled span is found when findings of its entity cover at least half of it; a finding is right when labels of its entity cover at least half of it, and for any_pii when labels of whatever type do. A share of nothing is null.',
    examples: [
      'patchbay privacy evaluate pii-texts.json',
      'patchbay privacy evaluate pii-texts.json --json | jq .any_pii',
    ],
    async run(context, _options, file) {
      const evaluation = evaluateTexts(readTexts(file, await readSource(file, context.io, maxBytes)));
      context.show(evaluation, () =>
        renderEvaluation(evaluation, { style: context.style, width: context.io.stdout.columns ?? 100 }),
      );
      return undefined;
    },
  });
}

function readTexts(file: string, json: string) {
  try {
    return readLabelledTexts(json);
  } catch (error) {
    if (error instanceof NotLabelledTexts) throw new UsageError(`${file} has no labelled texts. ${error.message}`);
    throw error;
  }
}
