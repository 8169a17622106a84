import { auditEventTypes, auditTypePrefix } from './audit-event-types.ts';
import { auditProducers } from './messages/audit.ts';

const ocsfNames = {
  api: 'API Activity 6003',
  entity: 'Entity Management 3004',
  authentication: 'Authentication 3002',
  access: 'User Access Management 3005',
  finding: 'Data Security Finding 2006',
} as const;
const activityNames: Readonly<Record<string, string>> = {
  risk: 'Read, or Other',
  assign: 'Assign Privileges',
  revoke: 'Revoke Privileges',
};

/** `docs/audit-events.md`, whole, from the table. */
export function renderAuditEventDocs(): string {
  const rows = Object.entries(auditEventTypes).map(([name, { class: auditClass, ocsf, when }]) => {
    const [ocsfClass, activity] = ocsf;
    const did = activityNames[activity] ?? `${activity[0]?.toUpperCase()}${activity.slice(1)}`;
    return `| \`${name}\` | ${when} | \`${auditClass}\` | ${auditProducers[auditClass]} | ${ocsfNames[ocsfClass]}: ${did} |`;
  });
  return `<!-- Written from packages/contracts/src/audit-event-types.ts by \`npm run docs:audit-events\`. Do not edit by hand: a test compares. -->

# Audit events

What leaves a trace in the audit log: every tool use, every credential that is lent, every webhook, whatever somebody administers, who
comes in and who is not let in, and every look at the log itself. An event's type is \`${auditTypePrefix}\` and the name here. On stream
\`AUDIT\` it is compact; its **record**, which is hashed, exported and sent to a SIEM, is a CloudEvents 1.0 envelope with a body of
[OCSF](https://schema.ocsf.io) 1.8.0, in canonical JSON (RFC 8785): see [ADR 51](adr/0051-records-of-the-audit-log.md).

\`\`\`sh
npx patchbay audit tail --once --format ocsf
\`\`\`

“Before and after” means two events: an intent, without which nothing happens, and what it came to. What anybody on the network can cause
as often as they like, such as a wrong key, is counted: one event for each kind of it every 30 seconds, and no more than 200 of them.

| event | when | class | producer | OCSF |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

if (import.meta.main) process.stdout.write(renderAuditEventDocs());
