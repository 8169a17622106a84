import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client';

/** Most characters kept of a text resource that an answer holds, and most blocks of an answer. */
const maxResourceChars = 65_536;
const maxBlocks = 200;

export interface ToolAnswer {
  readonly value: unknown;
  readonly toolFailed: boolean;
}

/**
 * What a tool answered, as one JSON value. `structuredContent` where there is some. Else the text: as the JSON that it is, or
 * as `{ text }`. Images, sounds and files come without their bytes, under `content`, beside the text. A call that failed gives
 * `{ message }`, and whatever is structured beside it.
 */
export function answerOf(result: CallToolResult): ToolAnswer {
  const blocks = (result.content ?? []).slice(0, maxBlocks);
  const text = blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
  const { structuredContent } = result;
  if (result.isError === true) {
    const rest = isObject(structuredContent) ? structuredContent : {};
    return { value: { ...rest, message: text }, toolFailed: true };
  }
  if (structuredContent !== undefined) return { value: structuredContent, toolFailed: false };
  const others = blocks.flatMap((block) => (block.type === 'text' ? [] : [referenceTo(block)]));
  if (others.length === 0) return { value: jsonIn(text) ?? { text }, toolFailed: false };
  return { value: { ...(text !== '' && { text }), content: others }, toolFailed: false };
}

/** An object or a list that a text is; servers of before 2025-06-18 have no other way to give one. */
function jsonIn(text: string): object | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.parse(text) as object;
  } catch {
    return null;
  }
}

function referenceTo(block: ContentBlock): object {
  switch (block.type) {
    case 'image':
    case 'audio':
      return { type: block.type, mime_type: block.mimeType, bytes: bytesOf(block.data) };
    case 'resource_link':
      return {
        type: 'resource_link',
        uri: block.uri,
        name: block.name,
        ...(block.title !== undefined && { title: block.title }),
        ...(block.mimeType !== undefined && { mime_type: block.mimeType }),
      };
    case 'resource': {
      const { resource } = block;
      return {
        type: 'resource',
        uri: resource.uri,
        ...(resource.mimeType !== undefined && { mime_type: resource.mimeType }),
        ...('text' in resource
          ? { text: resource.text.slice(0, maxResourceChars) }
          : { bytes: bytesOf(resource.blob) }),
      };
    }
    default:
      return { type: block.type };
  }
}

function bytesOf(base64: string): number {
  return Math.floor((base64.replace(/=+$/, '').length * 3) / 4);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
