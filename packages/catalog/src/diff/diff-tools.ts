import { type DocumentChange, type IntegrationDocument, type Tool, toolNameOf } from '@patchbay/contracts';
import { inputSchemaOf } from '../input-schema.ts';
import { isHidden } from '../tool-calls.ts';
import { breaking, compatible, same, told } from './changes.ts';
import { diffSchemas } from './diff-schemas.ts';

/** What became of each callable name. A tool whose name changed is one that went and one that came. */
export function diffTools(before: IntegrationDocument, after: IntegrationDocument): DocumentChange[] {
  const [was, is] = [keysByName(before), keysByName(after)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((name): DocumentChange[] => {
    const [oldKey, newKey] = [was.get(name), is.get(name)];
    if (newKey === undefined) return [breaking(`tools.${oldKey}`, `there is no tool ${name} any more`)];
    if (oldKey === undefined) return [compatible(`tools.${newKey}`, `the tool ${name} is new`)];
    const path = `tools.${newKey}`;
    return [
      ...diffTool(before.tools[oldKey] as Tool, after.tools[newKey] as Tool, path),
      ...diffSchemas(inputSchemaOf(before, oldKey), inputSchemaOf(after, newKey), `${path}.parameters`),
    ];
  });
}

function keysByName(document: IntegrationDocument): Map<string, string> {
  return new Map(Object.keys(document.tools).map((key) => [toolNameOf(document, key), key]));
}

function diffTool(before: Tool, after: Tool, path: string): DocumentChange[] {
  const changes: DocumentChange[] = [];
  if (before.risk !== after.risk)
    changes.push(breaking(`${path}.risk`, `${before.risk} became ${after.risk}: policies and repeats act otherwise`));
  if (!same(before.idempotency, after.idempotency)) {
    const message = `${before.idempotency.kind} became ${after.idempotency.kind}`;
    changes.push(
      after.idempotency.kind === 'none'
        ? breaking(`${path}.idempotency`, `${message}: a repeat may act twice now`)
        : compatible(`${path}.idempotency`, message),
    );
  }
  const lostCallers = (before.callers ?? ['direct']).filter(
    (caller) => !(after.callers ?? ['direct']).includes(caller),
  );
  if (lostCallers.length > 0)
    changes.push(breaking(`${path}.callers`, `no longer called by ${lostCallers.join(', ')}`));
  return [...changes, ...diffResponses(before, after, path), ...diffUnseen(before, after, path)];
}

function diffResponses(before: Tool, after: Tool, path: string): DocumentChange[] {
  const [was, is] = [before.response, after.response];
  const at = `${path}.response`;
  const changes = diffPicks(was.pick, is.pick, `${at}.pick`);
  for (const field of ['transform', 'stream', 'streaming'] as const) {
    if (!same(was[field], is[field])) changes.push(breaking(`${at}.${field}`, 'the answer has another shape'));
  }
  for (const field of ['max_items', 'max_bytes'] as const) {
    if (was[field] === is[field]) continue;
    const message = `${told(was[field])} became ${told(is[field])}`;
    const less = is[field] !== undefined && (was[field] === undefined || is[field] < was[field]);
    changes.push(
      less ? breaking(`${at}.${field}`, `${message}: answers are cut sooner`) : compatible(`${at}.${field}`, message),
    );
  }
  const lost = outputFields(before).filter((name) => !outputFields(after).includes(name));
  if (lost.length > 0) changes.push(breaking(`${path}.output`, `no longer promises ${lost.join(', ')}`));
  else if (!same(before.output, after.output)) changes.push(compatible(`${path}.output`, 'says more of the answer'));
  return changes;
}

type Pick = Tool['response']['pick'];

function diffPicks(before: Pick, after: Pick, path: string): DocumentChange[] {
  if (same(before, after)) return [];
  if (before === undefined || after === undefined || Array.isArray(before) !== Array.isArray(after))
    return [breaking(path, 'the answer has another shape')];
  const [was, is] = [entriesOf(before), entriesOf(after)];
  const changes = [...was].flatMap(([name, from]): DocumentChange[] => {
    if (!is.has(name)) return [breaking(path, `${name} is no longer in the answer`)];
    const now = is.get(name);
    return now === from ? [] : [breaking(`${path}.${name}`, `comes from ${now}, and came from ${from}`)];
  });
  const gained = [...is.keys()].filter((name) => !was.has(name));
  return [...changes, ...gained.map((name) => compatible(path, `${name} is in the answer too`))];
}

function entriesOf(pick: NonNullable<Pick>): Map<string, string> {
  return new Map(Array.isArray(pick) ? pick.map((one) => [one, one]) : Object.entries(pick));
}

function outputFields({ output }: Tool): string[] {
  const properties = output?.['properties'];
  return properties !== null && typeof properties === 'object' ? Object.keys(properties) : [];
}

/** What a caller does not see, and what only describes. */
function diffUnseen(before: Tool, after: Tool, path: string): DocumentChange[] {
  const changes: DocumentChange[] = [];
  const hidden = ({ parameters }: Tool) => Object.entries(parameters).filter(([, parameter]) => isHidden(parameter));
  const sends = (tool: Tool) => [tool.request, tool.steps, hidden(tool)];
  if (!same(sends(before), sends(after))) changes.push(compatible(path, 'sends something else upstream'));
  for (const field of [
    'title',
    'description',
    'speech',
    'keywords',
    'confirm',
    'loading',
    'timeout_ms',
    'retry',
  ] as const)
    if (!same(before[field], after[field])) changes.push(compatible(`${path}.${field}`, 'changed'));
  return changes;
}
