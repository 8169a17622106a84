import type { Command } from 'commander';
import { defineGroup, type Run } from '../../define-command.ts';
import { addPrivacyEvaluate } from './privacy-evaluate.ts';

export function addPrivacy(program: Command, run: Run): void {
  const privacy = defineGroup(program, 'privacy', 'Measure how well personal data is found');
  addPrivacyEvaluate(privacy, run);
}
