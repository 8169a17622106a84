import type { IntegrationDocument } from '@patchbay/contracts';
import { schemaOfTool } from '../input-schema.ts';
import { toolEntries } from '../tool-calls.ts';
import { error, type LintFinding, warning } from './rule.ts';

/** A tool that asks first needs the words for it, and they may name arguments only. */
export function confirmation(document: IntegrationDocument): LintFinding[] {
  return toolEntries(document).flatMap(({ key, tool }) => {
    const path = `tools.${key}.confirm_prompt`;
    const asks = tool.confirm === 'always' || tool.confirm === 'policy';
    if (tool.confirm_prompt === undefined)
      return asks ? [warning('confirm-prompt', path, 'say what the agent asks before it calls this tool')] : [];
    const known = Object.keys(schemaOfTool(tool).properties);
    return [...tool.confirm_prompt.matchAll(/\{([^{}]*)\}/g)]
      .map(([, name = '']) => name)
      .filter((name) => !known.includes(name))
      .map((name) => error('confirm-prompt', path, `{${name}} is not an argument of the tool`));
  });
}

const fewestKeywords = 3;

/** Deferred tools are found by words; a caller's are rarely those of the tool's name. */
export function searchWords(document: IntegrationDocument): LintFinding[] {
  return toolEntries(document)
    .filter(({ tool }) => (tool.keywords ?? []).length < fewestKeywords)
    .map(({ key }) => warning('keywords', `tools.${key}.keywords`, `give at least ${fewestKeywords} words for search`));
}

/** Most bytes of a result that a turn of a conversation can carry; a kilobyte is better. */
const maxResultBytes = 4_096;

export function resultSize(document: IntegrationDocument): LintFinding[] {
  return toolEntries(document).flatMap(({ key, tool }) => {
    const { max_bytes: bytes, stream = 'none' } = tool.response;
    if (stream !== 'none' || (bytes !== undefined && bytes <= maxResultBytes)) return [];
    const now = bytes === undefined ? 'not limited' : `up to ${bytes} bytes`;
    return [
      warning(
        'result-size',
        `tools.${key}.response.max_bytes`,
        `the result is ${now}; at most ${maxResultBytes}, about 1,024 by voice`,
      ),
    ];
  });
}
