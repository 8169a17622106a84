import { maxSubmissionLifeMs, type SubmitResult } from '@patchbay/contracts';
import type { SubmissionTerms } from '@patchbay/sdk';
import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { wholeNumber } from './input/whole-number.ts';

/** What a command that hands something in takes beside it. */
export interface SubmissionOptions {
  readonly expires?: number;
  readonly delay?: number;
  readonly id?: string;
}

export function addSubmissionOptions(command: Command): Command {
  return command
    .option(
      '--expires <ms>',
      'milliseconds after which it is no longer begun or tried again (default: one hour)',
      wholeNumber('--expires', 1, maxSubmissionLifeMs),
    )
    .option('--delay <ms>', 'milliseconds before which it is not begun', wholeNumber('--delay', 0, maxSubmissionLifeMs))
    .option('--id <id>', 'of an earlier submission of the same: handing it in again changes nothing');
}

export function submissionTerms({ id, expires, delay }: SubmissionOptions): SubmissionTerms {
  return {
    ...(id !== undefined && { submissionId: id }),
    ...(expires !== undefined && { expiresInMs: expires }),
    ...(delay !== undefined && { delayMs: delay }),
  };
}

/** That it was accepted, for a person. `what` names it. */
export function renderAccepted(accepted: SubmitResult, what: string, { style }: Pick<CommandContext, 'style'>): string {
  return [
    `${style.good('accepted')}  ${style.name(what)}${accepted.duplicate ? ', as before' : ''}`,
    `  ${style.quiet('submission')}  ${accepted.submission_id}`,
    ...(accepted.plan_id === undefined ? [] : [`  ${style.quiet('plan')}        ${accepted.plan_id}`]),
    `  ${style.quiet('expires')}     ${accepted.expires_at}`,
    `  ${style.quiet('next')}        patchbay result ${accepted.submission_id}`,
  ].join('\n');
}
