/** Arguments of calls made from this page, in memory alone: the audit log keeps none, and a replay needs them. */
const noted = new Map<string, Readonly<Record<string, unknown>>>();
const most = 200;

export function noteArguments(execution: string, args: Readonly<Record<string, unknown>>): void {
  noted.set(execution, args);
  const oldest = noted.keys().next().value;
  if (noted.size > most && oldest !== undefined) noted.delete(oldest);
}

export function notedArguments(execution: string): Readonly<Record<string, unknown>> | null {
  return noted.get(execution) ?? null;
}
