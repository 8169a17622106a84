import { evaluateSpoken, evaluateTexts, NotLabelledTexts, readLabelledTexts } from '@patchbay/privacy/evaluate';
import { type Command, InvalidArgumentError } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { readSource } from '../../input/read-source.ts';
import { renderEvaluation, renderSpokenEvaluation } from '../../render/privacy.ts';

/** Corpora are larger than what commands else read. */
const maxBytes = 64 * 1_048_576;

interface Options {
  readonly spoken?: boolean;
  readonly seed?: number;
}

export function addPrivacyEvaluate(parent: Command, run: Run): void {
  defineCommand<[string | undefined], Options>(parent, run, {
    name: 'evaluate [file]',
    summary: 'Hold what the engine finds against labelled texts, or against made-up speech',
    description:
      'Hold what the engine finds against labelled texts: a JSON file [{"text": …, "spans": [{"type": "EMAIL_ADDRESS", "start": 0, "end": 9}]}], or - for standard input. A labelled span is found when findings of its entity cover at least half of it; a finding is right when labels of its entity cover at least half of it, and for any_pii when labels of whatever type do. A share of nothing is null. With --spoken instead of a file, numbers that are made up from a seed are said in eleven styles, two of them held out, and found when every digit is right.',
    examples: [
      'patchbay privacy evaluate pii-texts.json',
      'patchbay privacy evaluate pii-texts.json --json | jq .any_pii',
      'patchbay privacy evaluate --spoken --seed 7',
    ],
    configure: (command) =>
      command
        .option('--spoken', 'made-up speech instead of a file')
        .option('--seed <number>', 'what the speech is made up from (default 1)', readSeed),
    async run({ io, style, show }, { spoken, seed }, file) {
      if ((file === undefined) !== (spoken === true))
        throw new UsageError('Name a file of labelled texts, or --spoken.');
      if (seed !== undefined && !spoken) throw new UsageError('--seed goes with --spoken.');
      const place = { style, width: io.stdout.columns ?? 100 };
      if (file === undefined) {
        const evaluation = evaluateSpoken(seed);
        show(evaluation, () => renderSpokenEvaluation(evaluation, place));
      } else {
        const evaluation = evaluateTexts(readTexts(file, await readSource(file, io, maxBytes)));
        show(evaluation, () => renderEvaluation(evaluation, place));
      }
      return undefined;
    },
  });
}

function readSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff)
    throw new InvalidArgumentError('It takes a whole number from 0 to 4294967295.');
  return seed;
}

function readTexts(file: string, json: string) {
  try {
    return readLabelledTexts(json);
  } catch (error) {
    if (error instanceof NotLabelledTexts) throw new UsageError(`${file} has no labelled texts. ${error.message}`);
    throw error;
  }
}
