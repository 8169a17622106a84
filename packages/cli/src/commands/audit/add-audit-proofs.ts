import type { Command } from 'commander';
import type { Run } from '../../define-command.ts';
import { addAuditCompare } from './audit-compare.ts';
import { addAuditCosign } from './audit-cosign.ts';
import { addAuditVerify } from './audit-verify.ts';
import { addAuditWitness } from './audit-witness.ts';

/** What an auditor does with files and keys, and without the log's operator. */
export function addAuditProofs(audit: Command, run: Run): void {
  addAuditVerify(audit, run);
  addAuditCompare(audit, run);
  addAuditWitness(audit, run);
  addAuditCosign(audit, run);
}
