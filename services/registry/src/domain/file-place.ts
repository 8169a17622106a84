import { IntegrationId, platformScope, TenantId } from '@patchbay/contracts';

/** Which integration a file of the watched folder speaks for. */
export interface FilePlace {
  readonly scope: string;
  readonly integration: string;
}

const documentFile = /^([^.].*)\.(?:yaml|yml|json)$/;

/** Whether a file's name is one of a document. Others, such as an editor's, are nobody's business. */
export function isDocumentFile(name: string): boolean {
  return documentFile.test(name);
}

/** Whether a folder in the watched one may be a tenant's. Hidden ones are nobody's business. */
export function isTenantFolder(name: string): boolean {
  return !name.startsWith('.');
}

/** `crm.yaml` is for every tenant, `acme/crm.yaml` for one. Or why the name says neither. */
export function placeOfFile(file: string): FilePlace | { readonly problem: string } {
  const [name, tenant] = file.split('/').reverse() as [string, string | undefined];
  const integration = IntegrationId.safeParse(documentFile.exec(name)?.[1]);
  if (!integration.success)
    return { problem: `the file's name before its ending is no integration id: ${messageOf(integration)}` };
  if (tenant === undefined) return { scope: platformScope, integration: integration.data };
  const scope = TenantId.safeParse(tenant);
  if (!scope.success) return { problem: `the folder '${tenant}' is no tenant's: ${messageOf(scope)}` };
  return { scope: scope.data, integration: integration.data };
}

function messageOf({
  error,
}: {
  readonly error: { readonly issues: readonly { readonly message: string }[] };
}): string {
  return error.issues[0]?.message ?? 'wrong';
}
