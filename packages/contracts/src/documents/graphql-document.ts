/** The operation of a GraphQL document that a request runs. */
export interface GraphQlOperation {
  readonly kind: 'query' | 'mutation';
  readonly name: string | null;
  /** Declared variables by name; `required`: of a type that ends in `!`, without a default. */
  readonly variables: ReadonlyMap<string, { readonly required: boolean }>;
}

interface Definition {
  readonly kind: string;
  readonly name: string | null;
  readonly variables: Map<string, { required: boolean }>;
  readonly uses: ReadonlySet<string>;
}

/** GraphQL October 2021, section 2.1: what is ignored, strings (kept so that no bracket in one counts), and tokens. */
const lexeme =
  /[\s,\uFEFF]+|#[^\n\r]*|"""(?:\\"""|[^"]|"(?!""))*"""|"(?:\\.|[^"\\\n\r])*"|[_A-Za-z]\w*|-?\d[\w.+-]*|\.\.\.|[!$&():=@[\]{|}]/y;
const closers: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/**
 * The operation `name`, or the only one, of a document. Reads its outline alone: definitions, brackets, declared and used
 * variables; whether its fields exist only the upstream knows. A string result says what is wrong.
 */
export function readGraphQl(document: string, name?: string): GraphQlOperation | string {
  const tokens = tokensOf(document);
  if (typeof tokens === 'string') return tokens;
  const definitions = definitionsOf(tokens);
  if (typeof definitions === 'string') return definitions;
  const operations = definitions.filter(({ kind }) => kind !== 'fragment');
  if (operations.length === 0) return 'holds no operation';
  if (name === undefined && operations.length > 1) return 'holds several operations, so operation_name must say which';
  const operation = name === undefined ? operations[0] : operations.find((candidate) => candidate.name === name);
  if (operation === undefined) return `holds no operation called '${name}'`;
  if (operation.kind === 'subscription') return 'a subscription is no single answer; use a query or a mutation';
  const declared = new Set(operations.flatMap(({ variables }) => [...variables.keys()]));
  for (const { uses } of definitions)
    for (const use of uses) if (!declared.has(use)) return `uses $${use}, which no operation declares`;
  return { kind: operation.kind as 'query' | 'mutation', name: operation.name, variables: operation.variables };
}

function tokensOf(document: string): string[] | string {
  const tokens: string[] = [];
  let at = 0;
  while (at < document.length) {
    lexeme.lastIndex = at;
    const token = lexeme.exec(document)?.[0];
    if (token === undefined) return `is not GraphQL at character ${at + 1}`;
    at += token.length;
    if (!/^[\s,\uFEFF#]/.test(token)) tokens.push(token);
  }
  return tokens;
}

function definitionsOf(tokens: readonly string[]): Definition[] | string {
  const definitions: Definition[] = [];
  let at = 0;
  while (at < tokens.length) {
    const isShort = tokens[at] === '{';
    const kind = isShort ? 'query' : (tokens[at++] as string);
    if (!['query', 'mutation', 'subscription', 'fragment'].includes(kind))
      return `expected an operation or a fragment, not '${kind}'`;
    const name = /^[_A-Za-z]/.test(tokens[at] ?? '') ? (tokens[at++] as string) : null;
    let variables = new Map<string, { required: boolean }>();
    if (tokens[at] === '(' && kind !== 'fragment') {
      const end = closing(tokens, at);
      if (end === null) return "has a '(' without its partner";
      variables = variablesOf(tokens.slice(at + 1, end));
      at = end + 1;
    }
    const from = at;
    while (at < tokens.length && tokens[at] !== '{') at++;
    const end = closing(tokens, at);
    if (end === null) return `has ${name === null ? `a ${kind}` : `'${name}'`} without a whole selection in { }`;
    const uses = tokens.slice(from, end).flatMap((token, i, all) => (token === '$' ? [all[i + 1] ?? ''] : []));
    definitions.push({ kind, name, variables, uses: new Set(uses) });
    at = end + 1;
  }
  return definitions;
}

/** Where the bracket that opens at `start` closes; `null` when it never does, or another closes first. */
function closing(tokens: readonly string[], start: number): number | null {
  const open: string[] = [];
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at] as string;
    const closer = closers[token];
    if (closer !== undefined) open.push(closer);
    else if (token === ')' || token === ']' || token === '}') {
      if (open.pop() !== token) return null;
      if (open.length === 0) return at;
    }
  }
  return null;
}

/** `$a: Int! $b: [ID!]! = []`: a `$` begins each; what stands before `=` or `@` is its type. */
function variablesOf(tokens: readonly string[]): Map<string, { required: boolean }> {
  const variables = new Map<string, { required: boolean }>();
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at] !== '$') continue;
    let end = at + 3;
    while (end < tokens.length && !['$', '=', '@'].includes(tokens[end] as string)) end++;
    variables.set(tokens[at + 1] ?? '', { required: tokens[end - 1] === '!' && tokens[end] !== '=' });
  }
  return variables;
}
