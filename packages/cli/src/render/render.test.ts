import { stripVTControlCharacters } from 'node:util';
import { errorBody, newId } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { renderAuditLine } from './audit-events.ts';
import { renderCircuits } from './circuits.ts';
import { liveDemo } from './demo.ts';
import { renderExecution } from './execution.ts';
import { renderFindings } from './findings.ts';
import { count, createStyle, duration, oneLine, outcomeStyle, visible } from './style.ts';
import { renderTable } from './table.ts';
import { renderTool } from './tool.ts';

const style = createStyle(false);
const place = (columns?: number) => ({ style, io: { stdout: { write: () => {}, columns } } as never });

describe('text from elsewhere', () => {
  test('cannot move the cursor, and keeps its line ends', () => {
    expect(visible('a\u001b[2Jb\u009bc\u202ed\r\n\te')).toBe('a·[2Jb·c·d·\n\te');
    expect(oneLine('one\ntwo   three', 9)).toBe('one two…');
    expect(oneLine('short', 9)).toBe('short');
  });
  test('numbers are told with their unit', () => {
    expect([duration(0.42), duration(84.4), duration(1_234)]).toEqual(['0.4 ms', '84 ms', '1.2 s']);
    expect([count(1, 'tool'), count(0, 'tool')]).toEqual(['1 tool', '0 tools']);
  });
  test('each outcome has its colour', () => {
    const colored = createStyle(true);
    const codes = ['succeeded', 'failed', 'intent', 'refused'].map((outcome) => outcomeStyle(colored, outcome)('x'));
    expect(new Set(codes).size).toBe(4);
  });
});

describe('a table', () => {
  const columns = [
    { title: 'NAME', value: (row: string[]) => row[0] as string },
    { title: 'N', value: (row: string[]) => row[1] as string, align: 'right' as const },
    { title: 'TEXT', value: (row: string[]) => row[2] as string, flexible: true },
  ];
  test('lines up, gives way in one column and is nothing without rows', () => {
    const rows = [
      ['a', '1', 'x'.repeat(50)],
      ['long name', '22', 'short'],
    ];
    expect(renderTable(rows, columns, { style, width: 40 }).split('\n')).toEqual([
      'NAME        N  TEXT',
      `a           1  ${'x'.repeat(24)}…`,
      'long name  22  short',
    ]);
    expect(renderTable([], columns, { style, width: 40 })).toBe('');
  });
  test('wraps where it must not be cut', () => {
    const wrapping = [columns[0], { ...columns[2], wraps: true }] as typeof columns;
    expect(renderTable([['a', '', 'one two three four']], wrapping, { style, width: 18 }).split('\n')).toEqual([
      'NAME  TEXT',
      'a     one two',
      '      three four',
    ]);
  });
});

test('a tool shows enumerations, defaults, item types, and text as a shell takes it', () => {
  const text = renderTool(
    {
      name: 'desk_open',
      title: 'Open',
      version: '1.0.0',
      risk: 'destructive',
      description: 'Opens.',
      idempotent: true,
      confirm: 'always',
      input_schema: {
        properties: {
          level: { type: 'string', enum: ['low', 'high'], default: 'low' },
          when: { type: ['string', 'null'], format: 'date' },
          tags: { type: 'array', items: { type: 'string' } },
          any: {},
          bare: { type: 'array' },
        },
      },
      examples: [{ tags: ["it's"], level: 'low' }],
    },
    place(),
  );
  for (const part of [
    'One of low, high. Default low.',
    'string|null (date)',
    'string[]',
    'any',
    'a repeat does no harm, confirm: always',
    `patchbay exec desk_open tags='["it'\\''s"]' level=low`,
  ])
    expect(text).toContain(part);
});

test('an execution tells its failure in the caller’s words', () => {
  const result = {
    execution_id: newId('execution'),
    status: 'failed' as const,
    output: 'plain text',
    error: errorBody('rate_limited', {
      message: 'Busy.',
      retryAfterMs: 1_500,
      details: { issues: [{ path: 'arguments.a', message: 'is odd' }] },
    }),
    replayed: true,
    attempts: 2,
    tool: null,
    version: null,
    truncated: false,
    tokens: 0,
    timing: { total_ms: 1_200, upstream_ms: 1_000, overhead_ms: 200 },
  };
  const text = renderExecution(result, place());
  for (const part of [
    'plain text',
    '1.2 s, 1.0 s upstream, 200 ms ours, 2 attempts, the stored answer',
    'arguments.a is odd',
    'retry in   1.5 s',
  ])
    expect(text).toContain(part);
});

test('an audit event stands on one line with what matters', () => {
  const line = renderAuditLine(
    {
      specversion: '1.0',
      id: newId('auditEvent'),
      source: '/x',
      type: 'dev.patchbay.execution.outcome',
      time: '2026-03-02T20:00:00.123Z',
      tenant: 'acme',
      datacontenttype: 'application/json',
      data: {
        actor: { kind: 'agent', id: 'receptionist', session: 'call-7' },
        target: { kind: 'tool', id: 'a' },
        outcome: 'failed',
        error_code: 'upstream_error',
        upstream_status: 500,
        replayed: true,
        duration_ms: 12,
      },
    },
    place(),
  );
  expect(line).toMatch(
    /^20:00:00\.123 failed +execution outcome +a +12 ms +receptionist\/call-7 upstream_error HTTP 500 replayed$/,
  );
});

test('findings count what failed and what is only advice', () => {
  const finding = (status: 'ok' | 'warn' | 'fail' | 'skip') => ({
    id: status,
    about: null,
    status,
    severity: null,
    message: 'm',
    means: null,
    fix: status === 'ok' ? null : 'do it',
  });
  expect(renderFindings([finding('ok'), finding('warn')], style)).toContain('All is well, 1 warning.');
  expect(renderFindings([finding('fail'), finding('warn')], style)).toContain('1 check failed, 1 warning.');
  expect(renderFindings([finding('ok'), finding('skip')], style)).toContain('All is well, 1 not looked at.');
});

test('the live table writes each call into its own row', () => {
  let out = '';
  const tell = liveDemo({ write: (text) => (out += text), columns: 100 }, style);
  tell({ event: 'starting', message: 'Starting' });
  tell({ event: 'calls', scene: 's', tools: ['a', 'b', 'c'] });
  out = '';
  tell({
    event: 'call',
    scene: 's',
    index: 1,
    tool: 'b',
    state: 'refused',
    latency_ms: 3,
    execution_id: null,
    detail: 'x'.repeat(500),
  });
  const row = stripVTControlCharacters(out);
  expect(out).toBe(`\u001b[2A\u001b[2K${row.replace('\r', '')}\r\u001b[2B`);
  expect(row).toMatch(/^ {2}✗ refused +b +3\.0 ms +x+…\r$/);
  expect(row.length).toBeLessThanOrEqual(101);
});

describe('circuits', () => {
  const open = {
    host: 'slack.com',
    tenant: null,
    watches: 'connections',
    state: 'open',
    opened_by: 'elsewhere',
    retry_after_ms: 4_200,
    calls: 12,
    failures: 11,
  } as const;
  test('are a table over all executors', () => {
    const text = renderCircuits(
      [
        { executor: 'executor-1', circuits: [open], omitted: 0 },
        {
          executor: 'executor-2',
          circuits: [{ ...open, tenant: 'acme', watches: 'answers', state: 'half_open' }],
          omitted: 3,
        },
      ],
      place(120),
    );
    expect(text).toContain('slack.com');
    expect(text).toMatch(/everyone +connections +open +in 4\.2 s +11 of 12 +elsewhere +executor-1/);
    expect(text).toMatch(/acme +5xx answers +half open +11 of 12/);
    expect(text).toContain('3 more circuits');
  });
  test('that do not exist are said not to', () => {
    expect(renderCircuits([], place())).toBe('No executor answered.');
    expect(renderCircuits([{ executor: 'executor-1', circuits: [], omitted: 0 }], place())).toContain('executor-1');
  });
});
