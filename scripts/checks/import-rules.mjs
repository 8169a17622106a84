import { isTestFile } from './repository.mjs';

/**
 * One import, as the rules see it.
 * @typedef {{
 *   file: string,      path of the importing file
 *   part: string,      the workspace it belongs to, such as `services/vault`; empty for the root's own files
 *   specifier: string, as written
 *   package: string | null,  the package it names, such as `undici` or `@patchbay/contracts`; null for a relative import
 *   target: string | null,   the workspace it reaches into, if it is one of ours
 *   path: string | null,     the file it reaches, for a relative import
 * }} Import
 */

const inside = (directory) => (use) => use.file.startsWith(`${directory}/`);
const inService = (folder) => (use) =>
  /^services\/[^/]+\/src\//.test(use.file) && use.file.split('/')[3] === folder && !isTestFile(use.file);
const production = (use) => !isTestFile(use.file);
const names =
  (...packages) =>
  (use) =>
    packages.some((name) => use.package === name || (name.endsWith('/') && use.package?.startsWith(name)));
/** Nothing may lean on these but the workspaces that put the product together. */
const above = /^(services\/|launcher$|bench$|test-e2e$)/;
const builtIn = (use) => use.specifier.startsWith('node:');

/** Workspaces that no service, nor the launcher, is made of. */
const developmentOnly = new Set(['packages/vendor-specs', 'packages/conformance', 'bench']);

/** Packages that speak to something outside the process. */
const inputAndOutput = names(
  '@nats-io/',
  '@aws-sdk/',
  '@aws-crypto/',
  '@electric-sql/',
  'undici',
  'pg',
  'kysely',
  'ioredis',
  '@patchbay/egress',
  '@patchbay/mcp-client',
);

/** The rules on who may import what. `applies` picks the imports a rule is about, `allows` says which of them are right. */
export const importRules = [
  {
    name: 'contracts imports zod only',
    applies: (use) => inside('packages/contracts/src')(use) && production(use),
    allows: (use) => use.package === null || use.package === 'zod',
  },
  {
    // The command line's tests run it against a whole Patchbay.
    name: 'packages never import services or the launcher',
    applies: (use) => use.part.startsWith('packages/'),
    allows: (use) =>
      !above.test(use.target ?? '') ||
      (use.part === 'packages/cli' && use.target === 'launcher' && isTestFile(use.file)),
  },
  {
    name: 'services never import each other or the launcher',
    applies: (use) => use.part.startsWith('services/'),
    allows: (use) => !above.test(use.target ?? '') || use.target === use.part,
  },
  {
    name: "a service's domain imports contracts only",
    applies: inService('domain'),
    allows: (use) => use.package === '@patchbay/contracts' || use.path?.startsWith(`${use.part}/src/domain/`) === true,
  },
  {
    name: 'operations reach the outside through ports',
    applies: inService('operations'),
    allows: (use) =>
      !inputAndOutput(use) &&
      !/\/src\/(adapters\/|main\.ts|config\.ts|routes\.ts)/.test(use.path ?? '') &&
      !/^node:(fs|net|http|https|child_process|dgram|tls|dns)/.test(use.specifier),
  },
  {
    // The benchmark measures what we add to the bare client.
    name: 'only packages/messaging imports @nats-io',
    applies: names('@nats-io/'),
    allows: (use) => ['packages/messaging', 'bench'].includes(use.part),
  },
  {
    name: 'only packages/egress imports undici',
    applies: names('undici'),
    allows: (use) => ['packages/egress', 'bench'].includes(use.part),
  },
  {
    name: 'packages/privacy does no I/O',
    applies: (use) => inside('packages/privacy/src')(use) && production(use),
    allows: (use) => use.package === null || use.package === 'libphonenumber-js',
  },
  {
    name: 'only packages/privacy imports libphonenumber-js',
    applies: names('libphonenumber-js'),
    allows: (use) => use.part === 'packages/privacy',
  },
  {
    name: 'only packages/load imports hdr-histogram-js',
    applies: names('hdr-histogram-js'),
    allows: (use) => use.part === 'packages/load',
  },
  {
    name: 'only packages/policy imports Cedar',
    applies: names('@cedar-policy/'),
    allows: (use) => use.part === 'packages/policy',
  },
  {
    name: 'only packages/mcp-client imports the MCP client',
    // Tests of our own server are its clients.
    applies: (use) => names('@modelcontextprotocol/client')(use) && production(use),
    allows: (use) => use.part === 'packages/mcp-client',
  },
  {
    // The testkit's servers stand in for vendors'.
    name: 'only packages/mcp-server and the testkit import the MCP server',
    applies: (use) => names('@modelcontextprotocol/server')(use) && production(use),
    allows: (use) => ['packages/mcp-server', 'packages/testkit'].includes(use.part),
  },
  {
    // The launcher starts the sandbox for local development, and nothing else of the testkit; conformance is for development.
    name: 'production code never imports the testkit',
    applies: (use) => names('@patchbay/testkit')(use) && production(use),
    allows: (use) =>
      use.part === 'packages/testkit' ||
      (['launcher', 'packages/conformance'].includes(use.part) && use.specifier === '@patchbay/testkit/sandbox'),
  },
  {
    // They are fetched where Patchbay is developed; what runs it has none.
    name: "only tests and tools for development read vendors' specifications",
    applies: (use) => names('@patchbay/vendor-specs')(use) && production(use),
    allows: (use) => developmentOnly.has(use.part),
  },
  {
    // Looking for a server's program, as doctor does, starts none. An installation takes over its keys and configuration.
    name: 'only the launcher, the benchmark and the testkit start local servers',
    applies: (use) => names('@patchbay/local-servers')(use) && production(use),
    allows: (use) =>
      use.specifier === '@patchbay/local-servers/server-binaries' ||
      ['launcher', 'bench', 'packages/testkit', 'packages/local-servers', 'packages/installation'].includes(use.part),
  },
  {
    name: 'relative imports stay inside their workspace',
    applies: (use) => use.path !== null,
    // Bootstrap runs before anything is installed, when no package can be found by its name.
    allows: (use) =>
      use.target === use.part ||
      (use.part === '' && use.path === 'packages/local-servers/src/server-binaries.mjs') ||
      // An example in the documents is run by a test of whom it is about.
      (use.path?.startsWith('docs/examples/') === true && isTestFile(use.file)),
  },
  {
    name: 'relative imports name a file with its extension',
    applies: (use) => use.path !== null,
    allows: (use) => /\.(m?[jt]s|tsx|json|css)$/.test(use.specifier),
  },
  {
    name: 'Node.js modules are imported by their node: names',
    applies: (use) =>
      use.package !== null &&
      [
        'fs',
        'path',
        'crypto',
        'http',
        'https',
        'net',
        'os',
        'url',
        'util',
        'stream',
        'events',
        'child_process',
      ].includes(use.package),
    allows: builtIn,
  },
];
