import type { Identity, RequestRoute } from './route-kinds.ts';
import { broadcasts, events, routes, signals } from './routes.ts';
import { schemaFields } from './schema-fields.ts';

const forAgents = (identities: readonly Identity[]) => identities.includes('agent') || identities.includes('auditor');
const requests = Object.entries(routes as Record<string, RequestRoute>).map(([name, route]) => ({ name, ...route }));
const published = Object.entries(events).map(([name, route]) => ({ name, ...route }));
const sent = Object.entries(signals).map(([name, route]) => ({ name, ...route }));
const asked = Object.entries(broadcasts).map(([name, route]) => ({ name, ...route }));

/** `docs/reference/messages.md`, whole, from the table of routes. */
export function renderMessageDocs(): string {
  return `<!-- Written from packages/contracts/src/routes.ts by \`npm run docs:messages\`. Do not edit by hand: a test compares. -->

# Subjects and messages

Every message on NATS is JSON. What a client needs besides: [NATS without the SDK](../nats.md). Requests are strict, so that a
slip is refused; answers may say more one day. A failure is an [error](../errors.md) in the body, with its code in header \`Nats-Service-Error\`.

## For agents and auditors

In \`{}\` stands what differs: the tenant, ids.

${requests
  .filter(({ callers }) => forAgents(callers))
  .map(requestSection)
  .join('\n')}
${sent
  .filter(({ callers }) => forAgents(callers))
  .map(
    ({ name, subject, owner, body }) =>
      `### ${name}\n\nSent to \`${subject}\`, where the ${owner} listens, and not answered.\n\n${fieldsOr(schemaFields(body, 'input'))}\n`,
  )
  .join('\n')}
${published
  .filter(({ subscribers }) => forAgents(subscribers))
  .map(
    ({ name, subject, owner, body }) =>
      `### ${name}\n\nAn event on \`${subject}\`, from the ${owner}.\n\n${fieldsOr(schemaFields(body, 'output'))}\n`,
  )
  .join('\n')}
## Every subject

What each identity may do follows from this table, and nothing else is open to anyone. Fields of those that only operators and
services use: \`packages/contracts/src/messages\`.

| subject | kind | served or sent by | open to | waits |
|---|---|---|---|--:|
${[
  ...requests.map(({ subject, owner, callers, timeoutMs }) =>
    row(subject, 'request', owner, callers, `${timeoutMs.toLocaleString('en')} ms`),
  ),
  ...asked.map(({ subject, owner, callers, gatherMs }) =>
    row(subject, 'question to all', owner, callers, `${gatherMs} ms`),
  ),
  ...sent.map(({ subject, owner, callers }) => row(subject, 'signal', owner, callers, '')),
  ...published.map(({ subject, owner, subscribers }) => row(subject, 'event', owner, subscribers, '')),
]
  .sort()
  .join('\n')}
`;
}

function requestSection({
  name,
  subject,
  owner,
  timeoutMs,
  request,
  response,
}: RequestRoute & { readonly name: string }): string {
  return `### ${name}

A request to \`${subject}\`, answered by the ${owner}; without a deadline of its own a caller waits ${timeoutMs.toLocaleString('en')} ms.

${fieldsOr(schemaFields(request, 'input'))}

Answer:

${fieldsOr(schemaFields(response, 'output'))}
`;
}

function fieldsOr(table: string): string {
  return table === '' ? 'No fields.' : table;
}

function row(subject: string, kind: string, owner: string, open: readonly string[], waits: string): string {
  return `| \`${subject}\` | ${kind} | ${owner} | ${open.join(', ')} | ${waits} |`;
}

if (import.meta.main) process.stdout.write(renderMessageDocs());
