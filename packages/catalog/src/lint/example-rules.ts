import type { Example, IntegrationDocument, Tool } from '@patchbay/contracts';
import { valuesAt } from '../checks/body-paths.ts';
import { errorsText, validatorOf } from '../checks/json-schema.ts';
import { schemaOfTool } from '../input-schema.ts';
import { toolEntries } from '../tool-calls.ts';
import { error, type LintFinding } from './rule.ts';

/** Examples drive the sandbox, the tests and the model's input examples, so they must be whole and true. */
export function examples(document: IntegrationDocument): LintFinding[] {
  return toolEntries(document).flatMap(({ key, tool }) => {
    const path = `tools.${key}.examples`;
    if (tool.examples.length === 0) return [error('examples', path, 'give at least one example')];
    const validate = validatorOf(schemaOfTool(tool));
    return tool.examples.flatMap((example, index) => {
      const findings: LintFinding[] = [];
      if (!validate(example.arguments)) {
        findings.push(error('example-arguments', `${path}[${index}].arguments`, errorsText(validate, 'arguments')));
      }
      return [
        ...findings,
        ...missingResponses(tool, example, `${path}[${index}]`),
        ...unlistedItems(tool, example, `${path}[${index}]`),
      ];
    });
  });
}

function missingResponses(tool: Tool, example: Example, path: string): LintFinding[] {
  if (tool.steps === undefined) {
    return example.response === undefined
      ? [error('example-response', `${path}.response`, 'give the response that the upstream sends')]
      : [];
  }
  return tool.steps
    .filter(({ id }) => example.responses?.[id] === undefined)
    .map(({ id }) =>
      error('example-response', `${path}.responses.${id}`, 'give the response that the upstream sends to this step'),
    );
}

/** Items of a streamed answer are written one by one, so that the sandbox can send them so. */
function unlistedItems(tool: Tool, example: Example, path: string): LintFinding[] {
  if (!streams(tool)) return [];
  const last = tool.steps?.at(-1)?.id;
  const response = last === undefined ? example.response : example.responses?.[last];
  const at = last === undefined ? `${path}.response` : `${path}.responses.${last}`;
  if (response === undefined || response.status >= 300 || Array.isArray(response.body)) return [];
  return [error('example-items', `${at}.body`, 'list the items that the upstream sends, in order')];
}

function streams({ response: { stream } }: Tool): boolean {
  return stream !== undefined && stream !== 'none';
}

/** A tool says which fields the model sees, and its examples hold each of them at least once. */
export function picks(document: IntegrationDocument): LintFinding[] {
  return toolEntries(document).flatMap(({ key, tool }) => {
    const { pick } = tool.response;
    const path = `tools.${key}.response.pick`;
    // Pieces of text or bytes have no fields.
    if (tool.response.stream === 'chunked') return [];
    // What an MCP server answers is made for models, and seldom described.
    if (pick === undefined && tool.mcp !== undefined) return [];
    if (pick === undefined)
      return [error('response-pick', path, 'say which fields the model sees; {} or [] when there are none')];
    const entries: [string, string][] = Array.isArray(pick)
      ? pick.map((text, index) => [`[${index}]`, text])
      : Object.entries(pick).map(([name, text]) => [`.${name}`, text]);
    return entries
      .filter(
        ([, text]) =>
          text !== '$status' && !tool.examples.some((example) => valuesAt(...located(tool, example, text)).length > 0),
      )
      .map(([at]) => error('response-pick', `${path}${at}`, 'no example has a value here'));
  });
}

/** The body a pick's path leads into, and the path below it. */
function located(tool: Tool, example: Example, text: string): [unknown, string] {
  const inItem = streams(tool) ? `[]${text.startsWith('[') ? '' : '.'}${text}` : text;
  if (tool.steps === undefined) return [example.response?.body, inItem];
  const [, step, rest] = /^steps\.([a-z0-9_]+)\.(.+)$/.exec(text) ?? [];
  return [example.responses?.[step ?? tool.steps.at(-1)?.id ?? '']?.body, rest ?? inItem];
}
