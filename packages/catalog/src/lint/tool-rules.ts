import { type IntegrationDocument, joinPath, type Parameter, toolNameOf } from '@patchbay/contracts';
import { exportTool } from '../exports/export-tool.ts';
import { schemaOfTool } from '../input-schema.ts';
import { callsOf, toolEntries } from '../tool-calls.ts';
import { error, type LintFinding, warning } from './rule.ts';

/** Clients put a server's name before a tool's, and the whole may have 64 characters. */
const maxNameLength = 40;
const maxVoiceArguments = 5;
const maxSchemaBytes = 4_096;
/** Tokens are taken as four bytes each: close enough for a budget. */
const bytesPerToken = 4;
const maxToolTokens = 700;
const maxIntegrationTokens = 5_000;

export function names(document: IntegrationDocument): LintFinding[] {
  return toolEntries(document).flatMap(({ key, tool }) => {
    const name = toolNameOf(document, key, tool);
    if (name.length <= maxNameLength) return [];
    return [
      error(
        'tool-name',
        `tools.${key}`,
        `the name ${name} has ${name.length} characters; at most ${maxNameLength} leave room for a prefix`,
      ),
    ];
  });
}

/** The description is what a model chooses by: it needs substance, and must say what comes back. */
export function descriptions(document: IntegrationDocument): LintFinding[] {
  return toolEntries(document).flatMap(({ key, tool }) => {
    const path = `tools.${key}.description`;
    const findings: LintFinding[] = [];
    if (tool.description.length < 40)
      findings.push(error('description', path, 'too short for a model to choose by: at least 40 characters'));
    if (sentences(tool.description) < 2)
      findings.push(warning('description', path, 'one sentence; say also when to use it and what comes back'));
    if (!/\b(?:returns?|gives? back|answers? with|replies with)\b/i.test(tool.description)) {
      findings.push(error('description-returns', path, "say what comes back, in a sentence with 'Returns'"));
    }
    for (const [name, schema] of Object.entries(schemaOfTool(tool).properties)) {
      if (typeof schema['description'] === 'string' && schema['description'].length >= 10) continue;
      findings.push(
        error(
          'argument-description',
          `tools.${key}.parameters.${name}`,
          'describe the argument: search and models read it',
        ),
      );
    }
    return findings;
  });
}

function sentences(text: string): number {
  return text.split(/[.!?](?:\s|$)/).filter((part) => part.trim() !== '').length;
}

/** A text without an end lets a model, or whoever talks to it, send a vendor anything. */
export function textLimits(document: IntegrationDocument): LintFinding[] {
  return toolEntries(document).flatMap(({ key, tool }) =>
    Object.entries(schemaOfTool(tool).properties)
      .filter(([, schema]) => schema['type'] === 'string')
      .filter(([, schema]) =>
        ['maxLength', 'enum', 'const', 'format', 'pattern', 'x-file'].every((keyword) => schema[keyword] === undefined),
      )
      .map(([name]) =>
        warning('text-limit', `tools.${key}.parameters.${name}`, 'give maxLength, enum, format or pattern'),
      ),
  );
}

/**
 * The filter `utc` writes no designator, for the APIs that name the zone beside the time. To the others such a time is local
 * to whom it may concern, and a call hours off.
 */
export function zoneOfTimes(document: IntegrationDocument): LintFinding[] {
  return toolEntries(document).flatMap((entry) =>
    callsOf(entry).flatMap(({ path, parameters }) =>
      Object.entries(parameters)
        .filter(([, parameter]) => lacksZone(parameter))
        .map(([name]) =>
          warning(
            'utc-designator',
            joinPath('', [...path, 'parameters', name, 'x-template']),
            "write '{time|utc}Z', or name the zone beside it under a name that ends in dateTime",
          ),
        ),
    ),
  );
}

function lacksZone({ 'x-template': template = '', 'x-name': wire = '' }: Parameter): boolean {
  if (/dateTime$/.test(wire)) return false;
  return template.split(/\{[^{}]*\|utc\}/).some((after, index, parts) => {
    const before = parts[index - 1] ?? '';
    return index > 0 && !/^(?:Z|[+.])/.test(after) && !/"dateTime": ?"$/.test(before);
  });
}

/** A person on the telephone gives a few plain values, not a tree. */
export function voiceArguments(document: IntegrationDocument): LintFinding[] {
  return toolEntries(document).flatMap(({ key, tool }) => {
    const properties = Object.entries(schemaOfTool(tool).properties);
    const findings: LintFinding[] = [];
    if (properties.length > maxVoiceArguments) {
      findings.push(
        warning(
          'voice-arguments',
          `tools.${key}.parameters`,
          `${properties.length} arguments; at most ${maxVoiceArguments} work by voice`,
        ),
      );
    }
    for (const [name, schema] of properties) {
      const items = schema['items'] as Record<string, unknown> | undefined;
      if (schema['type'] !== 'object' && items?.['type'] !== 'object' && items?.['type'] !== 'array') continue;
      findings.push(
        warning(
          'flat-arguments',
          `tools.${key}.parameters.${name}`,
          'a nested argument is hard to fill by voice; make it flat',
        ),
      );
    }
    return findings;
  });
}

/** Risk and repeats agree with each other and with the method. */
export function risk(document: IntegrationDocument): LintFinding[] {
  return toolEntries(document).flatMap(({ key, tool }) => {
    const methods =
      tool.request === undefined ? (tool.steps ?? []).map((step) => step.request.method) : [tool.request.method];
    const findings: LintFinding[] = [];
    if (tool.risk === 'read' && tool.idempotency.kind !== 'natural') {
      findings.push(error('idempotency', `tools.${key}.idempotency`, 'a read is harmless to repeat: say kind natural'));
    }
    if (methods.includes('DELETE') && tool.risk !== 'destructive') {
      findings.push(error('risk', `tools.${key}.risk`, 'a tool that sends DELETE is destructive'));
    }
    if (tool.risk === 'read' && methods.some((method) => method === 'PUT' || method === 'PATCH')) {
      findings.push(error('risk', `tools.${key}.risk`, 'a tool that sends PUT or PATCH is not a read'));
    }
    if (tool.risk === 'destructive' && tool.confirm !== 'always') {
      findings.push(warning('confirm', `tools.${key}.confirm`, 'a destructive tool should ask first: confirm always'));
    }
    return findings;
  });
}

export function speech(document: IntegrationDocument): LintFinding[] {
  return toolEntries(document).flatMap(({ key, tool }) =>
    (['waiting', 'done'] as const)
      .filter((line) => tool.speech?.[line] === undefined)
      .map((line) => warning('speech', `tools.${key}.speech.${line}`, 'give the agent a line to say')),
  );
}

/** What a tool costs in a model's context. */
export function budgets(document: IntegrationDocument): LintFinding[] {
  const findings: LintFinding[] = [];
  let total = 0;
  for (const { key, tool } of toolEntries(document)) {
    const schemaBytes = sizeOf(schemaOfTool(tool));
    if (schemaBytes > maxSchemaBytes) {
      findings.push(
        error(
          'schema-size',
          `tools.${key}.parameters`,
          `the schema is ${schemaBytes} bytes; at most ${maxSchemaBytes}`,
        ),
      );
    }
    const tokens = Math.ceil(sizeOf(exportTool(document, key, 'anthropic')) / bytesPerToken);
    total += tool.loading === 'deferred' ? 0 : tokens;
    if (tokens > maxToolTokens)
      findings.push(warning('token-budget', `tools.${key}`, `about ${tokens} tokens; aim for ${maxToolTokens}`));
  }
  if (total > maxIntegrationTokens) {
    findings.push(
      warning(
        'token-budget',
        'tools',
        `about ${total} tokens in all; aim for ${maxIntegrationTokens}, or defer some tools`,
      ),
    );
  }
  return findings;
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
