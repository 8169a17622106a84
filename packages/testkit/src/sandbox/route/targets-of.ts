import { type IntegrationDocument, toolNameOf } from '@patchbay/contracts';
import { stepsOfPath, valueAt } from '../answer/value-at.ts';
import { type Target, targetOf } from './target.ts';
import { webhookTargetsOf } from './webhook-target.ts';

/** Every HTTP call that the document's tools can make, and those about webhooks. */
export function targetsOf(document: IntegrationDocument): Target[] {
  const ofTools = Object.entries(document.tools).flatMap(([key, tool]) => {
    const source = { document, toolName: toolNameOf(document, key), tool, examples: tool.examples };
    if (tool.steps === undefined) return [targetOf({ ...source, step: null })];
    return tool.steps.flatMap((step) => {
      if (step.url_from === undefined) return [targetOf({ ...source, step })];
      return urlsFrom(step.url_from, tool.examples).map((url) => targetOf({ ...source, step, url }));
    });
  });
  return [...ofTools, ...webhookTargetsOf(document)];
}

/** URLs that the examples' earlier responses hand out at `steps.<id>.<path>`. */
function urlsFrom(
  reference: string,
  examples: readonly { responses?: Record<string, { body?: unknown }> | undefined }[],
): string[] {
  const [, step = '', ...path] = stepsOfPath(reference);
  const urls = examples.map((example) => valueAt(example.responses?.[step]?.body, path));
  return [...new Set(urls.filter((url): url is string => typeof url === 'string' && /^https?:\/\//.test(url)))];
}
