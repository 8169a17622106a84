import type { Command } from 'commander';
import type { Run } from '../../define-command.ts';
import { addAuditCheckpoint } from './audit-checkpoint.ts';
import { addAuditCompare } from './audit-compare.ts';
import { addAuditCosign } from './audit-cosign.ts';
import { addAuditProof } from './audit-proof.ts';
import { addAuditVerify } from './audit-verify.ts';
import { addAuditWitness } from './audit-witness.ts';

/** What an auditor does: asks for proofs, and checks with files and keys without the log's operator. */
export function addAuditProofs(audit: Command, run: Run): void {
  addAuditCheckpoint(audit, run);
  addAuditProof(audit, run);
  addAuditVerify(audit, run);
  addAuditCompare(audit, run);
  addAuditWitness(audit, run);
  addAuditCosign(audit, run);
}
