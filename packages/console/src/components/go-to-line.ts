/** Selects a line, from 1, of the field for text that an element holds. */
export function goToLine(place: HTMLElement | null, line: number): void {
  const field = place?.querySelector('textarea');
  if (field == null) return;
  const lines = field.value.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  field.focus();
  field.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  field.scrollTop = (field.scrollHeight / lines.length) * Math.max(0, line - 4);
}
