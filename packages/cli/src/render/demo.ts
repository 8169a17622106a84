import type { DemoEvent } from '../demo/events.ts';
import type { TextSink } from '../terminal.ts';
import { count, duration, oneLine, outcomeStyle, type Style, visible } from './style.ts';

type CallEvent = Extract<DemoEvent, { event: 'call' }>;
type SummaryEvent = Extract<DemoEvent, { event: 'summary' }>;

/** The conversation line by line, for terminals without cursor control, for files and for people who read later. */
export function plainDemo(out: TextSink, style: Style): (event: DemoEvent) => void {
  const width = out.columns ?? 120;
  return (event) => {
    if (event.event === 'calls' || (event.event === 'call' && event.state === 'running')) return;
    const text = event.event === 'call' ? callLine(event, style, width) : staticText(event, style);
    out.write(`${text}\n`);
  };
}

/** The same with each scene's calls in a table that changes in place. */
export function liveDemo(out: TextSink, style: Style): (event: DemoEvent) => void {
  const width = out.columns ?? 120;
  let rows: CallEvent[] = [];
  return (event) => {
    if (event.event === 'calls') {
      rows = event.tools.map((tool, index) => ({
        event: 'call',
        scene: event.scene,
        index,
        tool,
        state: 'waiting',
        latency_ms: null,
        execution_id: null,
        detail: '',
      }));
      out.write(rows.map((row) => `${callLine(row, style, width)}\n`).join(''));
    } else if (event.event === 'call') {
      rows[event.index] = event;
      const below = rows.length - event.index;
      // Up to the row, clear it, write it, and back below the table.
      out.write(`\u001b[${below}A\u001b[2K${callLine(event, style, width)}\r\u001b[${below}B`);
    } else out.write(`${staticText(event, style)}\n`);
  };
}

function callLine({ tool, state, latency_ms, detail }: CallEvent, style: Style, width: number): string {
  const sign = { waiting: '·', running: '…', succeeded: '✓', cancelled: '■' }[state as 'waiting'] ?? '✗';
  const paint = state === 'waiting' || state === 'running' ? style.quiet : outcomeStyle(style, state);
  const latency = latency_ms === null ? '' : duration(latency_ms);
  const head = `  ${paint(`${sign} ${state.replace('_', ' ').padEnd(15)}`)} ${style.name(tool.padEnd(38))} ${latency.padStart(7)}`;
  // The row must not wrap: the table is addressed by rows.
  return `${head}  ${style.quiet(oneLine(detail, Math.max(10, width - 69)))}`.trimEnd();
}

function staticText(event: Exclude<DemoEvent, { event: 'call' | 'calls' }>, style: Style): string {
  switch (event.event) {
    case 'starting':
      return style.quiet(event.message);
    case 'scene':
      return `\n${style.strong(event.title)}\n  ${style.quiet('caller:')} “${visible(event.caller)}”`;
    case 'result':
      return `  ${event.ok ? style.good('→') : style.bad('✗')} ${visible(event.message)}`;
    case 'summary':
      return summaryText(event, style);
  }
}

function summaryText({ ok, session, executions }: SummaryEvent, style: Style): string {
  const tool = Math.max(...executions.map((one) => one.tool.length));
  return [
    `\n${style.strong('What the audit log kept')}`,
    ...executions.map(
      ({ tool: name, status, audit }) =>
        `  ${outcomeStyle(style, status)(status.padEnd(15))} ${style.name(name.padEnd(tool))}  ${style.quiet(audit.join(' '))}`,
    ),
    '',
    `${ok ? style.good('All as it should be') : style.bad('Something did not go as it should')}: ${count(executions.length, 'execution')} in session ${session}.`,
    `Look closer: patchbay audit query --session ${session}`,
  ].join('\n');
}
