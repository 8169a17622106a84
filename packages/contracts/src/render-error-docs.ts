import { type ErrorEntry, errorCatalogue } from './errors.ts';

/** `docs/errors.md`, whole, from the catalogue. */
export function renderErrorDocs(): string {
  const rows = Object.entries(errorCatalogue as Record<string, ErrorEntry>);
  const summary = rows.map(
    ([code, entry]) =>
      `| [\`${code}\`](#${code}) | ${entry.fault} | ${entry.retryable ? 'yes' : 'no'} | ${entry.httpStatus} |`,
  );
  const sections = rows.map(
    ([code, entry]) =>
      `## ${code}\n\n${entry.meaning}\n\n- At fault: ${entry.fault}\n- Retryable as it stands: ${entry.retryable ? 'yes' : 'no'}\n- HTTP status: ${entry.httpStatus}\n- Spoken: “${entry.speakable}”\n`,
  );
  return `<!-- Written from packages/contracts/src/errors.ts by \`npm run docs:errors\`. Do not edit by hand: a test compares. -->

# Errors

Every failure that crosses a process boundary carries one of these codes, and no other. On the wire an error is

\`\`\`json
{ "code": "rate_limited", "message": "for a developer", "speakable": "for the person on the line",
  "retryable": true, "retry_after_ms": 1200, "details": {} }
\`\`\`

“Retryable” says whether the same request, sent again as it stands, can succeed without risking a second effect; one
answer may differ from the code's default, so read the field. \`message\` and \`details\` never hold a credential.

| code | at fault | retryable | HTTP |
|---|---|---|--:|
${summary.join('\n')}

${sections.join('\n')}`;
}

if (import.meta.main) process.stdout.write(renderErrorDocs());
