import { lintDocument, normaliseDocument } from '@patchbay/catalog';
import { Category, type IntegrationDocumentInput, IntegrationId } from '@patchbay/contracts';
import { importError } from '../import-error.ts';
import { type DraftedTool, draftTool, type ToolContext } from '../operation/draft-tool.ts';
import { toolKeys } from '../operation/tool-key.ts';
import { plainText, shorten, snakeName } from '../schema/plain-text.ts';
import { chooseOperations, type OperationChoice } from '../spec/choose-operations.ts';
import { type ListedOperation, listOperations } from '../spec/list-operations.ts';
import { type References, referencesOf } from '../spec/references.ts';
import type { ApiDescription } from '../spec/types.ts';
import { accountParameters } from './account-variables.ts';
import { withAwsPlace } from './aws-place.ts';
import { type DraftedAuth, draftAuth } from './draft-auth.ts';
import { draftErrors } from './draft-errors.ts';
import { draftServer, type Variables } from './draft-server.ts';
import { guessCategory } from './guess-category.ts';
import type { ImportReport, OperationReport } from './report.ts';

export interface DraftOptions extends OperationChoice {
  /** Default: of the description's title. */
  readonly id?: string;
  readonly category?: string;
  /** In place of the description's servers. */
  readonly baseUrl?: string;
  /** Where the description came from: a URL or a file's name. */
  readonly source: string;
  /** `YYYY-MM-DD`. */
  readonly today: string;
  readonly droppedCredentials?: readonly string[];
  readonly onProgress?: (text: string) => void;
}

export interface Draft {
  readonly document: IntegrationDocumentInput;
  readonly report: ImportReport;
}

/** Tools that are put before a model at the start; the others are found by search. */
const maxLoaded = 8;

/**
 * A draft of an integration document for the chosen operations of a description. The linter finds no error in it; an
 * operation that could not be drafted so is in the report with the reason.
 * @throws importError
 */
export function draftDocument(description: ApiDescription, options: DraftOptions): Draft {
  const references = referencesOf(description);
  const listed = listOperations(description, references);
  if (listed.length === 0)
    throw importError('no_operations', 'The description has paths, but no operation that a tool can call.');
  const chosen = chooseOperations(listed, options);
  options.onProgress?.(`Drafting ${chosen.length} of ${listed.length} operations`);

  const title = shorten(plainText(description.info?.title) || 'Imported API', 80);
  const id = idOf(options.id, title);
  const server = serverOf(chosen, description, options);
  const security = placed(draftAuth(description, chosen, references), server.baseUrl);
  const accounts = accountParameters(listed, references);
  const keys = toolKeys(chosen, id);
  const context = {
    references,
    integration: title,
    accounts,
    authenticated: security.auth.type !== 'none',
    bearer: security.auth.type === 'bearer' || security.auth.type === 'oauth2',
    withoutExamples: false,
  };
  const head = (variables: Variables): Omit<IntegrationDocumentInput, 'tools'> => ({
    id,
    name: title,
    version: '1.0.0',
    category: categoryOf(
      options.category,
      `${title} ${plainText(description.info?.summary)} ${plainText(description.info?.description)}`,
    ),
    description: shorten(
      plainText(description.info?.summary ?? description.info?.description) || `Operations of ${title}.`,
      400,
    ),
    base_url: server.baseUrl,
    ...(description.externalDocs?.url?.startsWith('https://') && { docs: description.externalDocs.url }),
    source: shorten(
      `${options.source}${description.info?.version === undefined ? '' : ` (version ${description.info.version})`}`,
      300,
    ),
    verified_at: options.today,
    auth: security.auth,
    ...(Object.keys(variables).length > 0 && { variables }),
  });

  const tools: Record<string, DraftedTool['tool']> = {};
  const drafted: DraftedTool[] = [];
  const operations: OperationReport[] = [];
  for (const one of chosen) {
    const key = keys.get(one) as string;
    const result = trial(
      one,
      key,
      context,
      (variables) => head(variables),
      server.variables,
      Object.keys(tools).length,
    );
    const about = { operation: one.id, method: one.method, path: one.path };
    if (typeof result === 'string') operations.push({ ...about, tool: null, problem: result, left_out: [], notes: [] });
    else {
      tools[key] = result.tool;
      drafted.push(result);
      operations.push({ ...about, tool: key, problem: null, left_out: result.leftOut, notes: result.notes });
    }
  }
  if (drafted.length === 0) {
    const first = operations[0];
    throw importError(
      'nothing_drafted',
      `None of the operations could be drafted. ${first?.operation}: ${first?.problem}.`,
      { operations },
    );
  }
  const used = new Set(drafted.flatMap(({ variables }) => [...variables]));
  const variables: Variables = { ...server.variables };
  for (const { variable, definition } of accounts.values())
    if (used.has(variable)) variables[variable] = definition as Variables[string];
  const saysOk = drafted.every((one) => one.saysOk);
  const errors = draftErrors(chosen, references, saysOk);
  const health = healthOf(tools);
  const document: IntegrationDocumentInput = {
    ...head(variables),
    ...(errors.length > 0 && { errors }),
    ...(health !== undefined && { health }),
    tools,
  };
  const warnings = lintOrThrow(document);
  const report: ImportReport = {
    title,
    operations,
    security: security.alternatives,
    notes: [...security.notes, ...server.notes, ...unread(description, references)],
    dropped_credentials: options.droppedCredentials ?? [],
    warnings,
  };
  return { document, report };
}

/** What of the description nobody can make a tool of. */
function unread(description: ApiDescription, references: References): string[] {
  const notes: string[] = [];
  const missing = references.missing();
  if (missing.length > 0)
    notes.push(
      `${missing.length} of its references lead nowhere, such as ${missing.slice(0, 3).join(', ')}. Bundle other files into it first.`,
    );
  const items = Object.values(description.paths ?? {});
  const others = items.flatMap((item) => [
    ...Object.keys(item ?? {}).filter((key) => ['options', 'trace', 'query'].includes(key)),
    ...Object.keys(item?.additionalOperations ?? {}),
  ]);
  if (others.length > 0)
    notes.push(`${others.length} operations have methods that no tool sends: ${[...new Set(others)].join(', ')}.`);
  return notes;
}

/** What names of APIs hold besides the vendor's. */
const unsaid = new Set('api apis rest web the openapi swagger v1 v2 v3 v4 service of for'.split(' '));

function idOf(given: string | undefined, title: string): string {
  const words = title
    .toLowerCase()
    .replace(/['’]s\b/g, '')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !unsaid.has(word));
  const id = given ?? snakeName(words.slice(0, 3).join(' ') || title, 20);
  if (IntegrationId.safeParse(id).success && id.length <= 30) return id;
  throw importError(
    'bad_id',
    `'${id}' cannot be an id: lower-case letters, digits and _, beginning with a letter, at most 30 characters. Give one with --id.`,
  );
}

function categoryOf(given: string | undefined, text: string): Category {
  const parsed = Category.safeParse(given);
  if (given !== undefined && !parsed.success)
    throw importError('bad_id', `There is no category '${given}'. There are: ${Category.options.join(', ')}.`);
  return parsed.success ? parsed.data : guessCategory(text);
}

/** The server of the operations: the description's, or one that all of them name. */
function placed(security: DraftedAuth, baseUrl: string): DraftedAuth {
  const { auth, notes } = withAwsPlace(security.auth, baseUrl);
  return { ...security, auth, notes: [...security.notes, ...notes] };
}

function serverOf(chosen: readonly ListedOperation[], description: ApiDescription, { source, baseUrl }: DraftOptions) {
  const own = chosen.find(({ servers }) => servers !== undefined)?.servers;
  const all = own !== undefined && chosen.every(({ servers }) => servers?.[0]?.url === own[0]?.url);
  return draftServer(
    all || description.servers === undefined || description.servers.length === 0
      ? (own ?? description.servers)
      : description.servers,
    source,
    baseUrl,
  );
}

/** The operation as a tool that the linter accepts; why not, where it does not. */
function trial(
  listed: ListedOperation,
  key: string,
  context: ToolContext,
  head: (variables: Variables) => Omit<IntegrationDocumentInput, 'tools'>,
  serverVariables: Variables,
  index: number,
): DraftedTool | string {
  let problem = '';
  for (const withoutExamples of [false, true]) {
    let drafted: DraftedTool;
    try {
      drafted = draftTool(listed, { ...context, withoutExamples });
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      continue;
    }
    const accounts = [...context.accounts.values()].filter(({ variable }) => drafted.variables.has(variable));
    const variables = {
      ...serverVariables,
      ...Object.fromEntries(accounts.map(({ variable, definition }) => [variable, definition])),
    } as Variables;
    const tool = index < maxLoaded ? drafted.tool : { ...drafted.tool, loading: 'deferred' as const };
    const found = problemsOf({ ...head(variables), tools: { [key]: tool } });
    if (found.length === 0) return { ...drafted, tool };
    problem = found.slice(0, 3).join('; ');
  }
  return problem;
}

function problemsOf(input: IntegrationDocumentInput): string[] {
  const normalised = normaliseDocument(input);
  if (!normalised.ok) return normalised.issues.map(({ path, message }) => `${path}: ${message}`);
  return lintDocument(normalised.document)
    .filter(({ severity }) => severity === 'error')
    .map(({ path, message }) => `${path}: ${message}`);
}

function lintOrThrow(input: IntegrationDocumentInput): ImportReport['warnings'] {
  const normalised = normaliseDocument(input);
  const problems = problemsOf(input);
  if (!normalised.ok || problems.length > 0)
    throw importError('nothing_drafted', `The draft is not sound: ${problems.slice(0, 5).join('; ')}.`);
  return lintDocument(normalised.document).map(({ path, rule, message }) => ({ path, rule, message }));
}

/** A read that needs no argument, of those that ask about oneself before others. */
function healthOf(tools: Readonly<Record<string, DraftedTool['tool']>>): IntegrationDocumentInput['health'] {
  const candidates = Object.entries(tools).filter(
    ([, { risk, parameters }]) =>
      risk === 'read' && !Object.values(parameters ?? {}).some(({ required }) => required === true),
  );
  const best =
    candidates.find(([key]) => /(?:^|_)(?:me|self|myself|test|ping|status|account|profile|current)(?:_|$)/.test(key)) ??
    candidates[0];
  return best === undefined ? undefined : { tool: best[0] };
}
