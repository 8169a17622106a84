import { parseSync, Visitor } from 'oxc-parser';

/**
 * Every module that a source names: static and dynamic imports, re-exports and `import('…')` types.
 * @returns {{ specifier: string | null, line: number }[]} `specifier` is null for a dynamic import of a computed name.
 */
export function importsOf(file, text) {
  const { program, module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0].message}`);
  const found = [];
  for (const { moduleRequest } of module.staticImports)
    found.push({ specifier: moduleRequest.value, at: moduleRequest.start });
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest } of entries)
      if (moduleRequest) found.push({ specifier: moduleRequest.value, at: moduleRequest.start });
  }
  const literal = (node) => (node?.type === 'Literal' && typeof node.value === 'string' ? node.value : null);
  new Visitor({
    ImportExpression: (node) => found.push({ specifier: literal(node.source), at: node.start }),
    TSImportType: (node) => found.push({ specifier: literal(node.source), at: node.start }),
    CallExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'require')
        found.push({ specifier: literal(node.arguments[0]), at: node.start });
    },
  }).visit(program);
  const seen = new Map(
    found.map(({ specifier, at }) => [`${specifier} ${at}`, { specifier, line: text.slice(0, at).split('\n').length }]),
  );
  return [...seen.values()];
}
