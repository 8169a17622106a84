import { Category, type IntegrationDocument, toolNameOf } from '@patchbay/contracts';
import { loadCatalog } from './load-catalog.ts';

/** `docs/catalogue.md`, whole, from the documents: how many there are by category, and each with its tools. */
export function renderCatalogueDocs(documents: readonly IntegrationDocument[]): string {
  const categories = Category.options
    .map((category) => ({ category, members: documents.filter((one) => one.category === category) }))
    .filter(({ members }) => members.length > 0);
  const counts = categories.map(({ category, members }) => row([link(category), ...numbersOf(members)]));
  const sections = categories.map(({ category, members }) => {
    const rows = members.toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1)).map(integrationRow);
    return `## ${headingOf(category)}\n\n| integration | credential | webhooks | tools |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `<!-- Written from packages/catalog/integrations by \`npm run docs:catalogue\`. Do not edit by hand: a test compares. -->

# Catalogue

The integrations that come with Patchbay: one document each, in \`packages/catalog/integrations\`, and no code. How such a document
is written: [integration documents](integration-documents.md); how far they agree with their vendors' own specifications:
[conformance](conformance.md). A tool that only reads is plain, one that \`writes\` or is **destructive** is marked so.

| category | integrations | tools | that read | that write | destructive |
|---|--:|--:|--:|--:|--:|
${counts.join('\n')}
${row(['all', ...numbersOf(documents)])}

${sections.join('\n')}`;
}

function numbersOf(documents: readonly IntegrationDocument[]): string[] {
  const risks = documents.flatMap(({ tools }) => Object.values(tools).map(({ risk }) => risk));
  const of = (risk: string) => risks.filter((one) => one === risk).length;
  return [documents.length, risks.length, of('read'), of('write'), of('destructive')].map(String);
}

function integrationRow(document: IntegrationDocument): string {
  const { id, name, docs, auth, webhooks } = document;
  const tools = Object.entries(document.tools).map(([key, tool]) => {
    const callable = `\`${toolNameOf(document, key)}\``;
    if (tool.risk === 'read') return callable;
    return `${callable} ${tool.risk === 'write' ? 'writes' : '**destructive**'}`;
  });
  const title = docs === undefined ? name : `[${name}](${docs})`;
  return row([`${title} \`${id}\``, credentialOf(auth), webhooks === undefined ? '' : 'yes', tools.join(', ')]);
}

function credentialOf(auth: IntegrationDocument['auth']): string {
  if (auth.type === 'none') return 'none';
  const kind = {
    oauth2: 'OAuth',
    api_key: 'API key',
    bearer: 'token',
    basic: 'name and password',
    custom: 'own fields',
    aws_sigv4: 'AWS keys',
  };
  return auth.exchange === undefined ? kind[auth.type] : `${kind[auth.type]}, exchanged for a token`;
}

const headingOf = (category: string) => category.replaceAll('_', ' ');
const link = (category: string) => `[${headingOf(category)}](#${category.replaceAll('_', '-')})`;
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

if (import.meta.main) process.stdout.write(renderCatalogueDocs(await loadCatalog()));
