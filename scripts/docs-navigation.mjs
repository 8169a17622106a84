/**
 * The site's navigation: groups of documents of `docs`, in the order in which they are read. A document that is named nowhere comes
 * last, so that none is lost; one that is named and not there is left out.
 */
const groups = [
  { title: 'Tutorial', pages: ['docs/tutorial/*'] },
  { title: 'Concepts', pages: ['docs/concepts/*', 'docs/flows/*', 'ARCHITECTURE.md', 'docs/glossary.md'] },
  {
    title: 'Tools and integrations',
    pages: [
      'docs/first-integration.md',
      'docs/integration-documents.md',
      'docs/import.md',
      'docs/mcp-servers.md',
      'docs/versions.md',
      'docs/catalogue.md',
      'docs/conformance.md',
      'docs/untrusted-data.md',
    ],
  },
  {
    title: 'Calling tools',
    pages: [
      'docs/http-api.md',
      'docs/sdk-http.md',
      'docs/nats.md',
      'docs/mcp-server.md',
      'docs/graphql.md',
      'docs/live.md',
      'docs/plans.md',
      'docs/model-formats.md',
      'docs/voice-platforms.md',
    ],
  },
  { title: 'Webhooks', pages: ['docs/webhooks.md', 'docs/webhook-schemes.md'] },
  {
    title: 'Rules and personal data',
    pages: ['docs/identity.md', 'docs/policies.md', 'docs/privacy-policies.md', 'docs/privacy.md', 'docs/erasure.md'],
  },
  {
    title: 'Audit',
    pages: ['docs/audit-log.md', 'docs/audit-proofs.md', 'docs/audit-export.md', 'docs/audit-events.md'],
  },
  {
    title: 'Operations',
    pages: [
      'docs/deploy.md',
      'docs/operations.md',
      'docs/nats-deployments.md',
      'docs/doctor.md',
      'docs/runbooks/*',
      'docs/observability.md',
      'docs/console.md',
      'docs/analytics.md',
      'docs/load.md',
      'docs/capacity.md',
      'docs/reliability.md',
      'docs/benchmarks.md',
    ],
  },
  { title: 'Security', pages: ['SECURITY.md', 'docs/compliance/*'] },
  { title: 'Reference', pages: ['docs/reference/*', 'docs/errors.md'] },
  { title: 'Questions', pages: ['docs/faq.md', 'docs/comparison.md'] },
  { title: 'Contributing', pages: ['CONTRIBUTING.md'] },
];
const decisions = 'docs/adr/*';
/** The start page, which is no part of a group. */
export const startPage = 'README.md';

/**
 * @param {readonly string[]} files Markdown files, as paths from the checkout's root
 * @returns {{ title: string, pages: string[], folded: boolean }[]} each document once
 */
export function navigationOf(files) {
  const left = new Set(files.filter((file) => /^(docs\/|[A-Z]+\.md$)/.test(file) && file !== startPage));
  const take = (pattern) => {
    const taken = [...left].filter((file) => matches(pattern, file)).sort(byName);
    for (const file of taken) left.delete(file);
    return taken;
  };
  const named = groups.map(({ title, pages }) => ({ title, pages: pages.flatMap(take), folded: false }));
  const adr = { title: 'Decisions', pages: take(decisions), folded: true };
  const rest = { title: 'More', pages: [...left].sort(byName), folded: false };
  return [...named, rest, adr].filter(({ pages }) => pages.length > 0);
}

/** A folder's first page is its README. */
const byName = (a, b) => {
  const key = (file) => file.replace(/README\.md$/, '');
  return key(a).localeCompare(key(b), 'en', { numeric: true });
};

function matches(pattern, file) {
  return pattern.endsWith('/*') ? file.startsWith(pattern.slice(0, -1)) : file === pattern;
}

/** A page's title is its first heading, without marks. */
export function titleOf(text) {
  const heading = /^# (.+)$/m.exec(text)?.[1] ?? '';
  return heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '');
}

/** Where the site has a document: what lies beside `docs` keeps its name, in lower case. */
export function placeOf(page) {
  return page === startPage
    ? 'index.md'
    : page.replace(/^docs\//, '').replace(/^[A-Z]+\.md$/, (name) => name.toLowerCase());
}
