import type { Command } from 'commander';
import { defineGroup, type Run } from '../../define-command.ts';
import { addComplianceEvidence } from './compliance-evidence.ts';

export function addCompliance(program: Command, run: Run): void {
  const compliance = defineGroup(program, 'compliance', 'Gather what auditors ask for');
  addComplianceEvidence(compliance, run);
}
