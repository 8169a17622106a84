import type { Deprecation, ToolLatency } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { duration, oneLine, visible } from './style.ts';
import { renderTable } from './table.ts';
import { riskStyle } from './tools.ts';
import { wrap } from './wrap.ts';

/** A tool in the `patchbay` format, as far as it is shown. */
export interface DescribedTool {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly risk: string;
  readonly description: string;
  readonly idempotent?: boolean;
  readonly confirm?: string;
  readonly input_schema: ToolSchema;
  readonly examples?: readonly Record<string, unknown>[];
  readonly latency?: ToolLatency;
  readonly deprecated?: Deprecation;
}

export interface ToolSchema {
  readonly properties: Readonly<Record<string, ArgumentSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
}

export interface ArgumentSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly format?: string;
  readonly items?: ArgumentSchema;
}

/** A tool for a person who wants to call it. */
export function renderTool(tool: DescribedTool, { io, style }: Pick<CommandContext, 'io' | 'style'>): string {
  const width = io.stdout.columns ?? 120;
  const required = new Set(tool.input_schema.required ?? []);
  const properties = Object.entries(tool.input_schema.properties);
  const facts = [
    riskStyle(style, tool.risk)(tool.risk),
    tool.idempotent ? 'a repeat does no harm' : 'a repeat may act twice; give it an idempotency key',
    ...(tool.confirm === undefined || tool.confirm === 'never' ? [] : [`confirm: ${tool.confirm}`]),
    ...(tool.latency?.p95_ms == null ? [] : [`p95 ${duration(tool.latency.p95_ms)} (${tool.latency.source})`]),
  ];
  const lines = [
    `${style.name(tool.name)} ${style.quiet(tool.version)}  ${style.strong(visible(tool.title))}`,
    facts.join(', '),
    ...(tool.deprecated === undefined ? [] : [style.warn(deprecationText(tool.deprecated))]),
    '',
    ...wrap(visible(tool.description), Math.min(width, 100)),
    '',
  ];
  if (properties.length === 0) lines.push('Takes no arguments.');
  else {
    const table = renderTable(
      properties,
      [
        { title: 'ARGUMENT', value: ([name]) => name, paint: style.name },
        { title: 'TYPE', value: ([, schema]) => typeText(schema) },
        { title: '', value: ([name]) => (required.has(name) ? 'required' : ''), paint: style.warn },
        { title: 'MEANING', value: ([, schema]) => meaningOf(schema), flexible: true, wraps: true },
      ],
      { style, width },
    );
    lines.push(table);
  }
  const example = tool.examples?.[0];
  if (example !== undefined) {
    const pairs = Object.entries(example).map(([name, value]) => `${name}=${shellQuote(textOf(value))}`);
    lines.push('', style.quiet('Try it:'), `  patchbay exec ${[tool.name, ...pairs].join(' ')}`);
  }
  return lines.join('\n');
}

/** `deprecated: Use chat. Instead: chat_post. Until 2027-03-01.` */
function deprecationText({ message, replaced_by, sunset }: Deprecation): string {
  const parts = [
    `deprecated: ${visible(message)}`,
    ...(replaced_by === undefined ? [] : [`Instead: ${replaced_by}.`]),
    ...(sunset === undefined ? [] : [`Until ${sunset}.`]),
  ];
  return parts.join(' ');
}

function meaningOf(schema: ArgumentSchema): string {
  const parts = [
    schema.description ?? '',
    schema.enum === undefined ? '' : `One of ${schema.enum.map(textOf).join(', ')}.`,
    schema.default === undefined ? '' : `Default ${textOf(schema.default)}.`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function typeText(schema: ArgumentSchema): string {
  const type = typeof schema.type === 'string' ? schema.type : (schema.type ?? ['any']).join('|');
  if (type === 'array' && schema.items !== undefined) return `${typeText(schema.items)}[]`;
  return schema.format === undefined ? type : `${type} (${schema.format})`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A value as a POSIX shell takes it for one word. */
function shellQuote(text: string): string {
  const line = oneLine(text, Number.MAX_SAFE_INTEGER);
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(line) ? line : `'${line.replaceAll("'", `'\\''`)}'`;
}
