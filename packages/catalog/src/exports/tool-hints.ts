import { exampleArguments, type JsonObject, present, type ToolSource } from './tool-source.ts';

/** What the host of an agent can use, in our own words and only where the document says it. Never told to a model. */
export function hintsOf({ tool, document }: ToolSource): JsonObject {
  const examples = exampleArguments(tool);
  return {
    risk: tool.risk,
    idempotent: isIdempotent(tool),
    open_world: tool.open_world ?? true,
    ...present({
      confirm: tool.confirm,
      confirm_prompt: tool.confirm_prompt,
      loading: tool.loading,
      callers: tool.callers,
      strict: tool.strict,
      eager_input: tool.eager_input,
      latency: tool.latency,
      timeout_ms: tool.timeout_ms,
      background: tool.background,
      duplicate: tool.duplicate,
      cache_ttl_ms: tool.cache?.ttl_ms,
      speech: tool.speech,
      keywords: tool.keywords,
      examples: examples.length === 0 ? undefined : examples,
      icons: document.icons,
      meta: tool.meta,
    }),
  };
}

/** The same with where the tool comes from, for a format's free metadata. */
export function metadataOf(source: ToolSource): JsonObject {
  const { id, version, category } = source.document;
  return { integration: id, version, category, ...hintsOf(source) };
}

export function isIdempotent({ risk, idempotency }: ToolSource['tool']): boolean {
  return risk === 'read' || idempotency.kind !== 'none';
}
