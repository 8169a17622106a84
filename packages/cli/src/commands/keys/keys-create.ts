import { AccessScope, Role } from '@patchbay/contracts';
import { type Command, Option } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { platformOption, tenantOfKey, type WhoseKey } from '../../input/key-options.ts';
import { parseSpan } from '../../input/time.ts';
import { keyText } from '../../render/keys.ts';

interface Options extends WhoseKey {
  readonly role: Role;
  readonly scopes?: string;
  readonly agent?: string;
  readonly expires?: string;
  readonly header?: boolean;
}

export function addKeysCreate(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'create <name>',
    summary: 'Make an API key, and print it this once',
    description:
      'Make an API key. It is printed to standard output, this once, and nothing else is: write it into a file that only you read. What each role may do: docs/identity.md.',
    examples: [
      'patchbay keys create front-desk --role agent > front-desk.key',
      'patchbay keys create ci --role developer --scopes tools:read,integrations:write --expires 30d',
      'patchbay keys create me --role operator --platform --header > me.header && curl -H @me.header …',
    ],
    configure(command) {
      command
        .addOption(new Option('--role <role>', 'what its holder is').choices(Role.options).default('agent'))
        .option('--scopes <list>', 'comma list: only these of what its role may')
        .option('--agent <name>', 'what calls under it are recorded as made by')
        .option('--expires <span>', 'when it ends, from now, such as 12h or 90d (default: it does not)')
        .option('--header', 'print it as a header, for curl -H @file');
      platformOption(command);
    },
    async run(context, options, name) {
      const { role, agent, header = false, expires } = options;
      const asked = {
        name,
        role,
        ...(options.scopes !== undefined && { scopes: readScopes(options.scopes) }),
        ...(agent !== undefined && { agent }),
        ...(expires !== undefined && {
          expires_at: new Date(Date.now() + parseSpan('--expires', expires)).toISOString(),
        }),
      };
      const admin = await context.admin();
      const made = await admin.keys.create(asked, tenantOfKey(options));
      context.note(`${context.style.good('made')}  ${made.key.id}  ${role} of ${made.key.tenant}`);
      context.show(made, () => keyText(made, header));
      return undefined;
    },
  });
}

/** @throws UsageError */
function readScopes(list: string): AccessScope[] {
  return list.split(',').map((text) => {
    const scope = AccessScope.safeParse(text.trim());
    if (scope.success) return scope.data;
    throw new UsageError(`--scopes: '${text.trim()}' is none of ${AccessScope.options.join(', ')}.`);
  });
}
