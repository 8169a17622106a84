import { TenantId } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, defineGroup, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { renderTenants } from '../../render/keys.ts';

export function addTenants(program: Command, run: Run): void {
  const tenants = defineGroup(program, 'tenants', 'Manage tenants, and whether their keys are taken');
  addCreate(tenants, run);
  addList(tenants, run);
  addSuspend(tenants, run, 'suspend', 'Take none of a tenant’s API keys any more, and end what is open under them');
  addSuspend(tenants, run, 'resume', 'Take a tenant’s API keys again');
}

function addCreate(parent: Command, run: Run): void {
  defineCommand<[string], { readonly name?: string }>(parent, run, {
    name: 'create <tenant>',
    summary: 'Make a tenant that API keys can belong to',
    examples: ['patchbay tenants create acme --name "Acme Inc."'],
    configure: (command) => command.option('--name <text>', 'for people'),
    async run(context, { name }, tenant) {
      requireTenant(tenant);
      const admin = await context.admin();
      const result = await admin.tenants.create(tenant, name === undefined ? {} : { name });
      const done = context.style.good(result.created ? 'made' : 'was there');
      context.show(result, () => `${done}  ${context.style.name(tenant)}`);
      return undefined;
    },
  });
}

function addList(parent: Command, run: Run): void {
  defineCommand<[], object>(parent, run, {
    name: 'list',
    summary: 'List tenants',
    examples: ['patchbay tenants list --json'],
    async run(context) {
      const tenants = await (await context.admin()).tenants.list();
      context.show({ tenants }, () => renderTenants(tenants, context));
      return undefined;
    },
  });
}

function addSuspend(parent: Command, run: Run, verb: 'suspend' | 'resume', summary: string): void {
  defineCommand<[string], object>(parent, run, {
    name: `${verb} <tenant>`,
    summary,
    examples: [`patchbay tenants ${verb} acme`],
    async run(context, _options, name) {
      requireTenant(name);
      const admin = await context.admin();
      const tenant = await admin.tenants[verb](name);
      const state = tenant.suspended_at === null ? context.style.good('active') : context.style.bad('suspended');
      context.show({ tenant }, () => `${state}  ${context.style.name(name)}`);
      return undefined;
    },
  });
}

/** @throws UsageError */
function requireTenant(name: string): void {
  const parsed = TenantId.safeParse(name);
  if (!parsed.success) throw new UsageError(`'${name}': ${parsed.error.issues[0]?.message}.`);
}
