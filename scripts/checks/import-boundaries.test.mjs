import { describe, expect, it } from 'vitest';
import { findings } from './import-boundaries.mjs';
import { importRules } from './import-rules.mjs';
import { repositoryOf } from './repository.mjs';

const manifest = (name, ...paths) =>
  JSON.stringify({ name, exports: Object.fromEntries(['.', ...paths].map((path) => [path, './src/index.ts'])) });

/** A repository with the workspaces the rules speak of, and one more source. */
function repositoryWith(file, text) {
  return repositoryOf({
    'packages/contracts/package.json': manifest('@patchbay/contracts'),
    'packages/messaging/package.json': manifest('@patchbay/messaging'),
    'packages/egress/package.json': manifest('@patchbay/egress'),
    'packages/local-servers/package.json': manifest('@patchbay/local-servers'),
    'packages/testkit/package.json': manifest('@patchbay/testkit', './sandbox'),
    'packages/vendor-specs/package.json': manifest('@patchbay/vendor-specs'),
    'services/vault/package.json': manifest('@patchbay/vault-service'),
    'services/audit/package.json': manifest('@patchbay/audit-service'),
    'launcher/package.json': manifest('@patchbay/launcher'),
    'bench/package.json': manifest('@patchbay/bench'),
    [file]: text,
  });
}

const violations = [
  ['packages/privacy does no I/O', 'packages/privacy/src/x.ts', "import { readFile } from 'node:fs/promises';"],
  [
    'only packages/privacy imports libphonenumber-js',
    'services/vault/src/x.ts',
    "import { isSupportedCountry } from 'libphonenumber-js';",
  ],
  ['only packages/load imports hdr-histogram-js', 'packages/cli/src/x.ts', "import { build } from 'hdr-histogram-js';"],
  [
    'only packages/policy imports Cedar',
    'services/vault/src/x.ts',
    "import * as cedar from '@cedar-policy/cedar-wasm';",
  ],
  [
    'only packages/mcp-server and the testkit import the MCP server',
    'services/vault/src/x.ts',
    "import { Server } from '@modelcontextprotocol/server';",
  ],
  [
    "only tests and tools for development read vendors' specifications",
    'packages/cli/src/x.ts',
    "import { openVendorSpec } from '@patchbay/vendor-specs';",
  ],
  ['contracts imports zod only', 'packages/contracts/src/x.ts', "import { z } from 'yaml';"],
  ['contracts imports zod only', 'packages/contracts/src/x.ts', "import { createHash } from 'node:crypto';"],
  [
    'packages never import services or the launcher',
    'packages/egress/src/x.ts',
    "import { startVault } from '@patchbay/vault-service';",
  ],
  [
    'packages never import services or the launcher',
    'packages/testkit/src/x.ts',
    "import { start } from '@patchbay/launcher';",
  ],
  [
    'services never import each other or the launcher',
    'services/audit/src/x.ts',
    "import type { Vault } from '@patchbay/vault-service';",
  ],
  [
    'services never import each other or the launcher',
    'services/audit/src/x.test.ts',
    "import { x } from '@patchbay/vault-service';",
  ],
  [
    "a service's domain imports contracts only",
    'services/audit/src/domain/x.ts',
    "import { readFile } from 'node:fs/promises';",
  ],
  [
    "a service's domain imports contracts only",
    'services/audit/src/domain/x.ts',
    "import { connectMessaging } from '@patchbay/messaging';",
  ],
  [
    "a service's domain imports contracts only",
    'services/audit/src/domain/x.ts',
    "import { config } from '../config.ts';",
  ],
  [
    'operations reach the outside through ports',
    'services/audit/src/operations/x.ts',
    "import { Kysely } from 'kysely';",
  ],
  [
    'operations reach the outside through ports',
    'services/audit/src/operations/x.ts',
    "import { store } from '../adapters/postgres-store.ts';",
  ],
  [
    'operations reach the outside through ports',
    'services/audit/src/operations/x.ts',
    "import { request } from 'node:https';",
  ],
  [
    'only packages/messaging imports @nats-io',
    'packages/egress/src/x.ts',
    "import { connect } from '@nats-io/transport-node';",
  ],
  [
    'only packages/messaging imports @nats-io',
    'services/audit/src/x.test.ts',
    "import type { Msg } from '@nats-io/nats-core';",
  ],
  ['only packages/egress imports undici', 'packages/messaging/src/x.ts', "export const load = () => import('undici');"],
  [
    'production code never imports the testkit',
    'services/audit/src/x.ts',
    "import { sandbox } from '@patchbay/testkit/sandbox';",
  ],
  ['production code never imports the testkit', 'launcher/src/x.ts', "import { start } from '@patchbay/testkit';"],
  [
    'only the launcher, the benchmark and the testkit start local servers',
    'services/audit/src/x.ts',
    "import { freePort } from '@patchbay/local-servers';",
  ],
  [
    'relative imports stay inside their workspace',
    'services/audit/src/x.ts',
    "import { errors } from '../../../packages/contracts/src/errors.ts';",
  ],
  [
    'relative imports stay inside their workspace',
    'scripts/x.mjs',
    "import { errors } from '../packages/contracts/src/errors.ts';",
  ],
  [
    'only packages/mcp-client imports the MCP client',
    'services/executor/src/x.ts',
    "import { Client } from '@modelcontextprotocol/client';",
  ],
  ['relative imports name a file with its extension', 'services/audit/src/x.ts', "export { y } from './y';"],
  ['Node.js modules are imported by their node: names', 'services/audit/src/x.ts', "import fs from 'fs';"],
  [
    '@patchbay/contracts does not export it',
    'services/audit/src/x.ts',
    "import { errorBody } from '@patchbay/contracts/src/errors.ts';",
  ],
  [
    '@patchbay/contracts does not export it',
    'services/audit/src/x.ts',
    "type E = import('@patchbay/contracts/errors').ErrorCode; export type { E };",
  ],
];

describe('import boundaries', () => {
  it.each(violations)('%s: refused in %s: %s', (rule, file, text) => {
    expect(
      findings(repositoryWith(file, `\n${text}\n`)).map((finding) => finding.replace(/ imports '.*?': /, ' ')),
    ).toContain(`${file}:2 ${rule}`);
  });

  it('has a violation here for every rule', () => {
    const shown = new Set(violations.map(([rule]) => rule));
    expect(importRules.map((rule) => rule.name).filter((rule) => !shown.has(rule))).toEqual([]);
  });

  it.each([
    ['packages/contracts/src/x.ts', "import { z } from 'zod'; export * from './errors.ts';"],
    ['packages/contracts/src/x.test.ts', "import { it } from 'vitest';"],
    [
      'services/audit/src/domain/x.ts',
      "import type { AuditEvent } from '@patchbay/contracts'; import { y } from './y.ts';",
    ],
    ['services/audit/src/domain/x.test.ts', "import { fc } from 'fast-check';"],
    [
      'services/audit/src/operations/x.ts',
      "import { y } from '../domain/y.ts'; import { createHash } from 'node:crypto';",
    ],
    ['packages/messaging/src/x.ts', "import { connect } from '@nats-io/transport-node';"],
    ['packages/egress/src/x.ts', "import { Agent } from 'undici';"],
    [
      'services/audit/src/x.test.ts',
      "import { startNats } from '@patchbay/testkit'; import { freePort } from '@patchbay/local-servers';",
    ],
    [
      'launcher/src/x.ts',
      "import { startSandbox } from '@patchbay/testkit/sandbox'; import { x } from '@patchbay/vault-service';",
    ],
    ['bench/src/x.ts', "import { connect } from '@nats-io/transport-node'; import { Agent } from 'undici';"],
    ['scripts/x.mjs', "import { searchServer } from '../packages/local-servers/src/server-binaries.mjs';"],
  ])('allows in %s: %s', (file, text) => {
    expect(findings(repositoryWith(file, text))).toEqual([]);
  });

  it('refuses a computed import in the product', () => {
    expect(
      findings(repositoryWith('packages/egress/src/x.ts', 'export const load = (name: string) => import(name);')),
    ).toEqual(['packages/egress/src/x.ts:1 imports a module whose name is computed']);
  });

  it('names the file that cannot be parsed', () => {
    expect(() => findings(repositoryWith('packages/egress/src/x.ts', 'import {'))).toThrow(
      'packages/egress/src/x.ts cannot be parsed',
    );
  });

  it('sees through words in comments and strings', () => {
    expect(
      findings(
        repositoryWith('packages/messaging/src/x.ts', "// import 'undici'\nexport const text = \"import 'undici'\";"),
      ),
    ).toEqual([]);
  });
});
