import type { Command } from 'commander';
import { defineGroup, type Run } from '../../define-command.ts';
import { addPrivacyEvaluate } from './privacy-evaluate.ts';
import { addPrivacyPolicy } from './privacy-policy.ts';

export function addPrivacy(program: Command, run: Run): void {
  const privacy = defineGroup(
    program,
    'privacy',
    'Say what is done with personal data, and measure how well it is found',
  );
  addPrivacyEvaluate(privacy, run);
  addPrivacyPolicy(privacy, run);
}
