import type { HttpRequest, IntegrationDocument, Parameter, Step, Tool } from '@patchbay/contracts';

/** One HTTP call that a tool makes: its request, or one of its steps. */
export interface ToolCall {
  /** Where the call stands: `['tools', key]` or `['tools', key, 'steps', 0]`. `request` and `parameters` are below it. */
  readonly path: readonly PropertyKey[];
  readonly request: HttpRequest;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly step: Step | undefined;
}

export interface ToolEntry {
  readonly key: string;
  readonly tool: Tool;
  readonly path: readonly PropertyKey[];
}

export function toolEntries(document: IntegrationDocument): ToolEntry[] {
  return Object.entries(document.tools).map(([key, tool]) => ({ key, tool, path: ['tools', key] }));
}

export function callsOf({ tool, path }: ToolEntry): ToolCall[] {
  if (tool.request !== undefined) {
    return [{ path, request: tool.request, parameters: tool.parameters, step: undefined }];
  }
  return (tool.steps ?? []).map((step, index) => ({
    path: [...path, 'steps', index],
    request: step.request,
    parameters: step.parameters,
    step,
  }));
}

/** Keywords that fix a parameter's value and hide it from the model. */
export const hidingKeywords = ['x-const', 'x-template', 'x-from', 'x-mail'] as const;

export function isHidden(parameter: Parameter): boolean {
  return hidingKeywords.some((keyword) => parameter[keyword] !== undefined);
}

export type Location = NonNullable<Parameter['x-in']>;

/** Where a parameter goes, by the defaults of the contract. `pathNames` are the placeholders of the request's path. */
export function locationOf(
  name: string,
  parameter: Parameter,
  request: HttpRequest,
  pathNames: ReadonlySet<string>,
): Location {
  if (parameter['x-in'] !== undefined) return parameter['x-in'];
  if (pathNames.has(name)) return 'path';
  return ['GET', 'HEAD', 'DELETE'].includes(request.method) ? 'query' : 'body';
}
