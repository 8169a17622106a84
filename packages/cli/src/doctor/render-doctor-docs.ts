import { allChecks } from './all-checks.ts';

/** `docs/doctor.md`, whole, from the checks. */
export function renderDoctorDocs(): string {
  const rows = allChecks.map(({ id, title }) => `| [\`${id}\`](#${id}) | ${title} |`);
  const sections = allChecks.map(
    ({ id, title, means, fix }) => `## ${id}\n\n${title}.\n\n- If not: ${means}\n- To do: ${fix}\n`,
  );
  return `<!-- Written from packages/cli/src/doctor by \`npm run docs:doctor\`. Do not edit by hand: a test compares. -->

# Doctor

\`patchbay doctor\` looks for what is commonly wrong with an installation, and says what to do. It changes nothing, but that
looking at the audit log is recorded there.

\`\`\`sh
npx patchbay doctor
npx patchbay doctor --only redis-eviction,jetstream-sync --json
\`\`\`

On another machine than one's own it needs two keys, the operator's and that of the servers' system account; \`lay-out\` writes
both into the directory \`operator\`:

\`\`\`sh
npx patchbay doctor --nats tls://nats.example.com:4222 --installation ./installation --api https://patchbay.example.com
\`\`\`

| exit code | means |
|--:|---|
| 0 | nothing failed; there may be warnings |
| 1 | something failed; with \`--strict\`, or something is warned of |
| 2 | the command line is wrong |

With \`--json\` each finding has the \`id\` of its check, which never changes, what it is \`about\` (a server, a process, a file; or
null), a \`status\` (\`ok\`, \`warn\`, \`fail\`, or \`skip\` for what could not be looked at), a \`severity\` (\`error\`, \`warning\` or null), a
\`message\`, and, where something is wrong, what that \`means\` and its \`fix\`.

What services say comes from themselves, over \`$SRV.STATS\`, which an operator alone may ask; what nats-servers say comes through
their system account. Neither holds a secret.

| check | looks whether |
|---|---|
${rows.join('\n')}

${sections.join('\n')}`;
}

if (import.meta.main) process.stdout.write(renderDoctorDocs());
