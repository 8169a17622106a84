import type { ResponseShape } from '@patchbay/contracts';
import { type Finding, finding } from '../finding.ts';
import type { ToolEntry } from '../tool-calls.ts';
import { pathProblem } from './body-paths.ts';

type Kind = Exclude<ResponseShape['stream'], 'none' | undefined>;

const dataByKind: Readonly<Record<Kind, readonly string[]>> = {
  sse: ['auto', 'json', 'text'],
  ndjson: ['auto', 'json'],
  chunked: ['auto', 'text', 'base64'],
};

/** How a tool says that its answer streams: every option belongs to its kind. */
export function checkStreaming({ tool, path }: ToolEntry): Finding[] {
  const { stream: kind, streaming, pick, pagination, transform } = tool.response;
  const at = [...path, 'response'];
  if (kind === undefined || kind === 'none')
    return streaming === undefined
      ? []
      : [finding([...at, 'streaming'], 'has no meaning without stream: sse, ndjson or chunked')];
  const findings: Finding[] = [];
  const option = (name: string, message: string) => findings.push(finding([...at, 'streaming', name], message));
  const { data = 'auto', end, text, result = kind === 'chunked' ? 'text' : 'items' } = streaming ?? {};
  if (kind === 'chunked' && pick !== undefined)
    findings.push(finding([...at, 'pick'], 'cannot pick from pieces of text or bytes'));
  if (transform !== undefined) findings.push(finding([...at, 'transform'], 'takes an answer that is read whole'));
  if (pagination !== undefined && pagination.kind !== 'none')
    findings.push(finding([...at, 'pagination'], 'goes on from an answer that is read whole'));
  if (!dataByKind[kind].includes(data)) option('data', `cannot be ${data} with stream: ${kind}`);
  if (end !== undefined && kind !== 'sse') option('end', 'is for stream: sse alone');
  const problem = text === undefined ? undefined : pathProblem(text);
  if (problem !== undefined) option('text', problem);
  else if (text !== undefined && result !== 'text') option('text', 'is for result: text alone');
  else if (text === undefined && result === 'text' && kind !== 'chunked')
    option('text', 'says where the text of an item is: result: text needs it');
  return findings;
}
