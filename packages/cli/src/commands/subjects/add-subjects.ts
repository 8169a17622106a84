import type { Command } from 'commander';
import { defineGroup, type Run } from '../../define-command.ts';
import { addSubjectsErase } from './subjects-erase.ts';
import { addSubjectsExport } from './subjects-export.ts';
import { addSubjectsToken } from './subjects-token.ts';

export function addSubjects(program: Command, run: Run): void {
  const subjects = defineGroup(program, 'subjects', 'Export and erase what is held on a person');
  addSubjectsToken(subjects, run);
  addSubjectsExport(subjects, run);
  addSubjectsErase(subjects, run);
}
