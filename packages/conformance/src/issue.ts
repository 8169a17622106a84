/** One way in which a request is not what the vendor's document describes. */
export interface Issue {
  /** `operation`, `path id`, `query limit`, `header notion-version`, `body customer.email`, `media type`. */
  readonly where: string;
  readonly what: 'unknown' | 'missing' | 'value' | 'style' | 'operation';
  readonly message: string;
}

export function issue(where: string, what: Issue['what'], message: string): Issue {
  return { where, what, message };
}
