/** Whether every subject that `subject` can stand for is one that `pattern` covers. `subject` may hold wildcards. */
export function covers(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.');
  const given = subject.split('.');
  for (let i = 0; ; i++) {
    const [want, have] = [wanted[i], given[i]];
    if (want === '>') return have !== undefined;
    if (want === undefined || have === undefined) return want === have;
    if (have === '>') return false;
    if (want !== '*' && want !== have) return false;
  }
}

/**
 * Whether an allow-list of `subject` and `subject queue` entries permits a subscription, as the server sees it: a final
 * `>` of the subscription passes for one token, so that `a.>` gets by an entry `a.*`.
 */
export function permitsSubscription(allowed: readonly string[], subject: string, queue: string): boolean {
  return allowed.some((entry) => {
    const [pattern, onlyQueue] = entry.split(' ') as [string, string?];
    return (
      covers(pattern, subject.replace(/>$/, pattern.endsWith('>') ? '>' : '*')) &&
      (onlyQueue === undefined || onlyQueue === queue)
    );
  });
}
