const kinds: Readonly<Record<string, (behaviour: Record<string, unknown>) => string | null>> = {
  delay: ({ ms }) => (isAmount(ms) ? null : 'do.ms must be milliseconds'),
  status: ({ status }) =>
    Number.isInteger(status) && (status as number) >= 100 && (status as number) <= 599
      ? null
      : 'do.status must be 100 to 599',
  rate_limit: ({ retryAfter }) =>
    retryAfter === undefined || typeof retryAfter === 'string' ? null : 'do.retryAfter must be text',
  drop: ({ at }) => oneOf('do.at', at, ['connect', 'before_response', 'mid_body']),
  hang: () => null,
  drip: ({ bytesPerSecond }) =>
    isAmount(bytesPerSecond) && bytesPerSecond !== 0 ? null : 'do.bytesPerSecond must be more than 0',
  stream: ({ chunks, repeat }) => {
    if (chunks !== undefined && !(Array.isArray(chunks) && chunks.every((chunk) => typeof chunk === 'string')))
      return 'do.chunks must be a list of text';
    return repeat === undefined || repeat === 'endless' || isAmount(repeat)
      ? null
      : "do.repeat must be a number or 'endless'";
  },
  lie: ({ as }) => oneOf('do.as', as, ['html', 'broken_json', 'wrong_charset', 'bomb', 'huge', 'content_length']),
};

/** What is wrong with a rule that came over HTTP, or null. */
export function ruleIssue(rule: unknown): string | null {
  if (typeof rule !== 'object' || rule === null) return 'a rule is an object';
  const { do: behaviour, tool, integration, step, after, times, when } = rule as Record<string, unknown>;
  for (const [name, value] of Object.entries({ tool, integration, step }))
    if (value !== undefined && typeof value !== 'string') return `${name} must be text`;
  for (const [name, value] of Object.entries({ after, times }))
    if (value !== undefined && !isAmount(value)) return `${name} must be a number`;
  if (when !== undefined && (typeof when !== 'object' || when === null)) return 'when must be an object of arguments';
  if (typeof behaviour !== 'object' || behaviour === null) return 'do is missing';
  const check = kinds[String((behaviour as Record<string, unknown>).kind)];
  return check === undefined
    ? `do.kind must be one of ${Object.keys(kinds).join(', ')}`
    : check(behaviour as Record<string, unknown>);
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function oneOf(path: string, value: unknown, allowed: readonly string[]): string | null {
  return allowed.includes(String(value)) ? null : `${path} must be one of ${allowed.join(', ')}`;
}
