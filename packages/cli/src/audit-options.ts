import { originOf, toOcsf, toRecord } from '@patchbay/audit-log/proofs';
import { AuditClass, AuditData, type AuditEvent, type AuditQuery } from '@patchbay/contracts';
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

/** How events are shown: for people, as the OCSF body of their records, or as the records themselves, which the log hashes. */
export type AuditFormat = 'text' | 'ocsf' | 'record';

export function addAuditFormat(command: Command): Command {
  return command.addOption(
    new Option('--format <format>', 'text, OCSF 1.8.0, or the record that the log hashes; the last two a line each')
      .choices(['text', 'ocsf', 'record'])
      .default('text'),
  );
}

/** An event as one line, and as the document of that line; null for `text`. */
export function auditLine(event: AuditEvent, format: AuditFormat): { document: unknown; text: string } | null {
  if (format === 'text') return null;
  const text = format === 'ocsf' ? JSON.stringify(toOcsf(event)) : toRecord(event, originOf(event));
  return { document: JSON.parse(text), text };
}
