import { oneLine, type Style, visible, widthOf } from './style.ts';
import { wrap } from './wrap.ts';

export interface Column<Row> {
  readonly title: string;
  /** Its text, from a trusted or an untrusted source. */
  readonly value: (row: Row) => string;
  readonly paint?: (text: string, row: Row) => string;
  /** The one column that gives way when the lines are too long. */
  readonly flexible?: boolean;
  /** Goes on below, where it would be cut off. Only for the last column. */
  readonly wraps?: boolean;
  readonly align?: 'right';
}

/** Rows in columns that fit into `width`; without rows, nothing. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { style, width }: { style: Style; width: number },
): string {
  if (rows.length === 0) return '';
  const cells = rows.map((row) => columns.map(({ value }) => visible(value(row)).replace(/\s+/g, ' ')));
  const widths = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...cells.map((line) => (line[index] as string).length)),
  );
  const flexible = columns.findIndex((column) => column.flexible);
  if (flexible !== -1) {
    const others = widths.reduce((sum, one, index) => (index === flexible ? sum : sum + one + 2), 0);
    widths[flexible] = Math.max(12, Math.min(widths[flexible] as number, width - others));
  }
  const line = (texts: readonly string[], paint: (text: string, index: number) => string) =>
    texts
      .map((text, index) => {
        const room = widths[index] as number;
        const shown = oneLine(text, room);
        const gap = ' '.repeat(room - shown.length);
        return columns[index]?.align === 'right' ? gap + paint(shown, index) : paint(shown, index) + gap;
      })
      .join('  ')
      .trimEnd();
  const head = line(
    columns.map(({ title }) => title),
    (text) => style.quiet(text),
  );
  const body = rows.flatMap((row, number) => {
    const own = cells[number] as string[];
    const last = own.length - 1;
    const pieces = columns[last]?.wraps ? wrap(own[last] as string, widths[last] as number) : [own[last] as string];
    const paint = (text: string, index: number) => columns[index]?.paint?.(text, row) ?? text;
    return pieces.map((piece, place) =>
      line([...own.slice(0, last).map((text) => (place === 0 ? text : '')), piece], paint),
    );
  });
  return [head, ...body].join('\n');
}
