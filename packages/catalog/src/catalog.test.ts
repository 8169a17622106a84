import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toolNameOf } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { validatorOf } from './checks/json-schema.ts';
import {
  digestOf,
  exportTool,
  inputSchemaOf,
  lintDocument,
  lintInput,
  loadCatalog,
  loadIntegration,
  normaliseDocument,
  parseDocumentText,
  toolNamesOf,
} from './index.ts';
import { catalogDirectory } from './load-catalog.ts';

const documents = await loadCatalog();
const tools = documents.flatMap((document) =>
  Object.keys(document.tools).map((key) => ({ document, key, name: toolNameOf(document, key) })),
);

describe('the catalogue', () => {
  it('loads every file, ordered by id', async () => {
    const files = (await readdir(catalogDirectory)).filter((file) => file.endsWith('.yaml')).sort();
    expect(documents.map(({ id }) => `${id}.yaml`)).toEqual(files);
    expect(files.length).toBeGreaterThanOrEqual(5);
  });

  it('gives every tool a name of its own', () => {
    const names = documents.flatMap(toolNamesOf);
    expect(new Set(names).size).toBe(names.length);
  });

  it('names tools and arguments as Anthropic, OpenAI and MCP take them', () => {
    for (const { document, key } of tools) {
      const anthropic = exportTool(document, key, 'anthropic');
      expect(anthropic['name']).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      const { properties } = anthropic['input_schema'] as { properties: object };
      for (const name of Object.keys(properties)) expect(name).toMatch(/^[a-zA-Z0-9_.-]{1,64}$/);
      expect(exportTool(document, key, 'openai')['name']).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      expect(exportTool(document, key, 'mcp')['name']).toMatch(/^[A-Za-z0-9_.-]{1,128}$/);
    }
  });

  it.each(documents.map((document) => [document.id, document] as const))(
    '%s has nothing for the linter to say',
    async (id, document) => {
      const text = await readFile(join(catalogDirectory, `${id}.yaml`), 'utf8');
      expect([...lintDocument(document), ...lintInput(parseDocumentText(text))]).toEqual([]);
    },
  );

  it.each(documents.map((document) => [document.id, document] as const))(
    '%s is the same document when normalised again',
    (_id, document) => {
      const again = normaliseDocument(structuredClone(document));
      expect(again).toMatchObject({ ok: true, form: 'integration' });
      expect(again.ok && digestOf(again.document)).toBe(digestOf(document));
    },
  );

  it.each(documents.map((document) => [document.id, document] as const))(
    '%s checks its health with a cheap read',
    (_id, document) => {
      expect(document.tools[document.health?.tool ?? '']?.risk).toBe('read');
    },
  );

  it('holds the tools that voice agents ask for first', async () => {
    const keys = async (id: string) => Object.keys((await loadIntegration(id)).tools);
    expect(await keys('slack')).toEqual(
      expect.arrayContaining(['post_message', 'create_channel', 'lookup_user', 'upload_file']),
    );
    for (const id of ['google_calendar', 'microsoft_calendar']) {
      expect(await keys(id)).toEqual(
        expect.arrayContaining(['create_meeting', 'check_availability', 'update_event', 'cancel_meeting']),
      );
    }
    expect(await keys('hubspot')).toEqual(
      expect.arrayContaining(['create_contact', 'update_contact', 'create_ticket', 'search_records', 'add_note']),
    );
    expect(await keys('salesforce')).toEqual(
      expect.arrayContaining(['create_contact', 'update_contact', 'create_case', 'search_records', 'add_note']),
    );
  });
});

describe.each(tools)('$name', ({ document, key, name }) => {
  const tool = document.tools[key];
  const schema = inputSchemaOf(document, key);

  it('shows the model no fixed value, no wire detail and no connection variable', () => {
    for (const format of ['anthropic', 'openai', 'mcp'] as const) {
      const text = JSON.stringify(exportTool(document, key, format));
      expect(text).not.toMatch(/"x-|connection\.|clock\.now|steps\.[a-z]|https?:\/\//);
    }
    for (const [parameter, definition] of Object.entries(tool?.parameters ?? {})) {
      const hidden = ['x-const', 'x-template', 'x-from'].some((keyword) => keyword in definition);
      expect(Object.hasOwn(schema.properties, parameter)).toBe(!hidden);
    }
  });

  it('takes its own examples and refuses what it does not know', () => {
    const validate = validatorOf(schema);
    for (const example of tool?.examples ?? []) {
      expect(validate(example.arguments), JSON.stringify(validate.errors)).toBe(true);
      expect(validate({ ...example.arguments, surprise: 1 })).toBe(false);
    }
  });

  it('fits strict sampling in both APIs', () => {
    const anthropic = exportTool(document, key, 'anthropic');
    const openai = exportTool(document, key, 'openai');
    expect(anthropic).toMatchObject({ name, strict: true });
    expect(openai).toMatchObject({ type: 'function', name, strict: true });
    const parameters = openai['parameters'] as { properties: object; required: string[] };
    expect(parameters.required).toEqual(Object.keys(parameters.properties));
  });

  it('gives the Anthropic API input examples that satisfy the schema it is given', () => {
    const exported = exportTool(document, key, 'anthropic');
    const validate = validatorOf(exported['input_schema'] as object);
    for (const example of (exported['input_examples'] as object[] | undefined) ?? [])
      expect(validate(example)).toBe(true);
  });

  it('says all four MCP hints', () => {
    expect(exportTool(document, key, 'mcp')['annotations']).toEqual({
      title: tool?.title,
      readOnlyHint: tool?.risk === 'read',
      destructiveHint: tool?.risk === 'destructive',
      idempotentHint: tool?.idempotency.kind !== 'none',
      openWorldHint: tool?.open_world,
    });
  });
});
