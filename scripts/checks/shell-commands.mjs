/**
 * The simple commands of a shell script, with those inside `$(…)` and `(…)`. It knows quotes, comments, pipes, lists, redirections,
 * assignments and here-documents, which is what documents use, and no more.
 * @returns {{ words: string[], line: number }[]} `words` as the command gets them; a `$(…)` in one stays as it is written. `line` counts
 *   from 1.
 */
export function shellCommandsOf(script) {
  const commands = [];
  let words = [];
  let word = null;
  let line = 1;
  let begun = 1;
  let redirected = false;
  /** Ends of here-documents that begin after this line. */
  let documents = [];
  let at = 0;

  const endWord = () => {
    if (word === null) return;
    if (redirected) redirected = false;
    else words.push(word);
    word = null;
  };
  const endCommand = () => {
    endWord();
    redirected = false;
    const from = words.findIndex((one) => !/^[A-Za-z_][A-Za-z0-9_]*=/.test(one));
    if (from !== -1) commands.push({ words: words.slice(from), line: begun });
    words = [];
  };
  const add = (text) => {
    if (word === null && words.length === 0) begun = line;
    word = (word ?? '') + text;
  };
  /** Takes a `$(…)` whole; its commands come on their own. */
  const substitution = () => {
    let depth = 0;
    const start = at;
    for (; at < script.length; at++) {
      if (script[at] === '(') depth++;
      else if (script[at] === ')' && --depth === 0) break;
    }
    const inner = script.slice(start + 2, at);
    for (const command of shellCommandsOf(inner)) commands.push({ ...command, line: command.line + line - 1 });
    line += inner.split('\n').length - 1;
    return script.slice(start, at + 1);
  };

  for (; at < script.length; at++) {
    const char = script[at];
    const rest = script.slice(at);
    const placeholder = /^<[a-z][a-z -]*>/.exec(rest);
    if (char === '\\' && script[at + 1] === '\n') {
      at++;
      line++;
    } else if (char === '\\') add(script[++at] ?? '');
    else if (char === "'") {
      const end = script.indexOf("'", at + 1);
      if (end === -1) throw new Error(`line ${line}: a quote that does not end`);
      add(script.slice(at + 1, end));
      line += script.slice(at, end).split('\n').length - 1;
      at = end;
    } else if (char === '"') {
      add('');
      for (at++; at < script.length && script[at] !== '"'; at++) {
        if (script[at] === '\n') line++;
        if (script.startsWith('$(', at)) add(substitution());
        else if (script[at] === '\\' && /["\\$`\n]/.test(script[at + 1] ?? '')) add(script[++at]);
        else add(script[at]);
      }
      if (at >= script.length) throw new Error(`line ${line}: a quote that does not end`);
    } else if (rest.startsWith('$(')) add(substitution());
    else if (char === '#' && word === null) {
      while (at + 1 < script.length && script[at + 1] !== '\n') at++;
    } else if (placeholder !== null) {
      add(placeholder[0]);
      at += placeholder[0].length - 1;
    } else if (/^<<-?\s*['"]?\w/.test(rest)) {
      const [all, end] = /^<<-?\s*['"]?(\w+)['"]?/.exec(rest);
      endWord();
      documents.push(end);
      at += all.length - 1;
    } else if (/^[0-9]?[<>]/.test(rest) && (char === '<' || char === '>' || word === null)) {
      endWord();
      redirected = true;
      at += /^[0-9]?(?:<<<|>>|>&|<&|[<>])/.exec(rest)[0].length - 1;
    } else if (char === '\n') {
      endCommand();
      line++;
      for (const end of documents) {
        const body = new RegExp(`[\\s\\S]*?^\\s*${end}$`, 'm').exec(script.slice(at + 1))?.[0] ?? '';
        line += body.split('\n').length - 1;
        at += body.length;
      }
      documents = [];
    } else if (/[|&;()]/.test(char)) endCommand();
    else if (/\s/.test(char)) endWord();
    else add(char);
  }
  endCommand();
  return commands.sort((a, b) => a.line - b.line);
}
