import type { Command } from 'commander';
import { defineGroup, type Run } from '../../define-command.ts';
import { addVoiceSetup } from './voice-setup.ts';

export function addVoice(program: Command, run: Run): void {
  addVoiceSetup(defineGroup(program, 'voice', 'Give voice platforms their tools'), run);
}
