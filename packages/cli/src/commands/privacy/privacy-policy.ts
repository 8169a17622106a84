import { parseDocumentText } from '@patchbay/catalog';
import { issuesOf, PrivacyDirection, PrivacyPolicy, type StoredPrivacyPolicy } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, defineGroup, type Run } from '../../define-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failures.ts';
import { readSource } from '../../input/read-source.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { renderPrivacyPolicy, renderPrivacyTest } from '../../render/privacy-policy.ts';
import type { CliIo } from '../../terminal.ts';

export function addPrivacyPolicy(parent: Command, run: Run): void {
  const policy = defineGroup(parent, 'policy', "Say what is done with personal data in a tenant's calls and webhooks");
  addGet(policy, run);
  addSet(policy, run);
  addTest(policy, run);
}

function addGet(parent: Command, run: Run): void {
  defineCommand<[], object>(parent, run, {
    name: 'get',
    summary: 'Print the privacy policy of the tenant, ready to be edited and set again',
    examples: ['patchbay privacy policy get', 'patchbay privacy policy get --tenant acme --json'],
    async run(context) {
      const privacy = await (await context.admin()).privacy.show();
      context.show({ privacy }, () => renderPrivacyPolicy(privacy, context.style));
      return undefined;
    },
  });
}

interface SetOptions {
  readonly after?: number;
}

function addSet(parent: Command, run: Run): void {
  defineCommand<[string], SetOptions>(parent, run, {
    name: 'set <file>',
    summary: 'Put a privacy policy in force',
    description:
      'Put a privacy policy in force, at every process within moments. The file is YAML or JSON; an empty policy, {}, leaves everything as it is. It is refused when it is not valid, and the one before stays.',
    examples: ['patchbay privacy policy set privacy.yaml', 'echo "{}" | patchbay privacy policy set -'],
    configure: (command) =>
      command.option(
        '--after <version>',
        'only if this version is there; 0: none is',
        wholeNumber('--after', 0, 1_000_000),
      ),
    async run(context, { after }, file) {
      const policy = await readPolicy(file, context.io);
      const { privacy } = await context.admin();
      const result = await privacy.put(policy, after === undefined ? {} : { expectedVersion: after });
      context.show(result, () =>
        result.changed
          ? `Version ${result.privacy.version} of the privacy policy of ${result.privacy.tenant} is in force.`
          : `Version ${result.privacy.version} says so already.`,
      );
      return undefined;
    },
  });
}

interface TestOptions {
  readonly direction?: PrivacyDirection;
  readonly tool?: string;
  readonly policy?: string;
}

function addTest(parent: Command, run: Run): void {
  defineCommand<[string], TestOptions>(parent, run, {
    name: 'test <value>',
    summary: 'Say what would become of a value, by the policy in force or by a draft',
    description:
      'Say what would become of a value, by the policy in force or by a draft. Nothing is called, stored or logged. The value is JSON, @file, - for standard input, or else a text. Tokens are made up. The exit code is 3 when the value would be blocked.',
    examples: [
      'patchbay privacy policy test "Call me at +1 202 555 0143"',
      'patchbay privacy policy test \'{"email":"ada@example.com"}\' --direction arguments --tool hubspot_create_contact',
      'patchbay privacy policy test @note.json --policy draft.yaml --json',
    ],
    configure: (command) =>
      command
        .option(
          '--direction <direction>',
          `which way it goes: ${PrivacyDirection.options.join(', ')} (default: results)`,
        )
        .option('--tool <name>', 'the tool whose fields have marks')
        .option('--policy <file>', 'a draft, in place of the policy in force'),
    async run(context, { direction = 'results', tool, policy }, given) {
      if (!PrivacyDirection.safeParse(direction).success)
        throw new UsageError(`--direction is one of ${PrivacyDirection.options.join(', ')}.`);
      const value = await readValue(given, context.io);
      const draft = policy === undefined ? undefined : await readPolicy(policy, context.io);
      const { privacy } = await context.admin();
      const result = await privacy.test(direction, value, {
        ...(tool !== undefined && { tool }),
        ...(draft !== undefined && { policy: draft }),
      });
      context.show(result, () => renderPrivacyTest(result, context.style));
      return result.blocked ? exitCodes.refused : exitCodes.ok;
    },
  });
}

/** @throws UsageError naming what is wrong where. */
async function readPolicy(file: string, io: CliIo): Promise<StoredPrivacyPolicy['policy']> {
  const parsed = PrivacyPolicy.safeParse(parseDocumentText(await readSource(file, io)));
  if (parsed.success) return parsed.data;
  const [first] = issuesOf(parsed.error);
  throw new UsageError(`${file}: ${first?.path === '' ? '' : `${first?.path}: `}${first?.message}.`);
}

async function readValue(given: string, io: CliIo): Promise<unknown> {
  const text = given === '-' || given.startsWith('@') ? await readSource(given.replace(/^@/, ''), io) : given;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
