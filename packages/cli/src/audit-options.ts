import { AuditClass, AuditData, type AuditQuery } from '@patchbay/contracts';
import { type Command, Option } from 'commander';

/** The filters that both audit commands take. */
export interface AuditFilterOptions {
  readonly tool?: string;
  readonly session?: string;
  readonly class?: AuditClass;
  readonly status?: string;
}

export function addAuditFilters(command: Command): Command {
  return command
    .option('--tool <name>', 'only of this tool')
    .option('--session <id>', 'only of this conversation')
    .addOption(new Option('--class <class>', 'only of this class').choices(AuditClass.options))
    .addOption(new Option('--status <status>', 'only with this outcome').choices(AuditData.shape.outcome.options));
}

export function auditFilter({
  tool,
  session,
  class: auditClass,
  status,
}: AuditFilterOptions): Partial<Omit<AuditQuery, 'tenant'>> {
  return {
    ...(tool !== undefined && { tool }),
    ...(session !== undefined && { session }),
    ...(auditClass !== undefined && { class: auditClass }),
    ...(status !== undefined && { status }),
  };
}
