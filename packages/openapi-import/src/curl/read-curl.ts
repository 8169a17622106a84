import { importError } from '../import-error.ts';
import type { SentRequest } from '../sent-request/sent-request.ts';
import { splitCommand } from './split-command.ts';

/** Options of curl that take a value and say nothing about the request's content. */
const aside = new Set(
  '-o --output -w --write-out -m --max-time --connect-timeout --retry --retry-delay --retry-max-time -x --proxy --proxy-user --cacert --capath -c --cookie-jar -D --dump-header --limit-rate --resolve --interface -e --referer -A --user-agent --ciphers --tlsv1 -K --config --cert-type --key-type --keepalive-time --max-redirs --connect-to --noproxy --stderr --trace --trace-ascii -C --continue-at -r --range -y -Y -z'.split(
    ' ',
  ),
);
const withValue = new Set([
  ...'-X --request -H --header -d --data --data-raw --data-binary --data-ascii --data-urlencode --json -F --form --form-string -u --user --url -b --cookie --oauth2-bearer -T --upload-file -E --cert --key --pass --url-query --aws-sigv4'.split(
    ' ',
  ),
  ...aside,
]);

/**
 * The request that a curl command sends. Nothing is sent, and no file it names is read: what would come from one is left
 * open. Credentials are told apart by whoever drafts from the request.
 * @throws importError `bad_curl`
 */
export function readCurl(command: string): SentRequest {
  const words = splitCommand(command.replace(/^\s*\$\s+/, ''));
  if (!/(?:^|\/)curl(?:\.exe)?$/.test(words[0] ?? ''))
    throw importError(
      'bad_curl',
      "Expected a command that begins with curl, in quotes: import-curl 'curl https://api.example.com/v1/things'.",
    );
  const urls: string[] = [];
  const headers: [string, string][] = [];
  const data: string[] = [];
  const form: SentRequest['form'][number][] = [];
  const query: string[] = [];
  const credentials: string[] = [];
  let method: string | undefined;
  let asQuery = false;
  let json = false;
  let upload = false;
  for (const [option, value] of optionsOf(words.slice(1))) {
    if (option === null || option === '--url') urls.push(value);
    else if (option === '-X' || option === '--request') method = value.toUpperCase();
    else if (option === '-H' || option === '--header') headers.push(headerOf(value));
    else if (option === '-G' || option === '--get') asQuery = true;
    else if (option === '-I' || option === '--head') method ??= 'HEAD';
    else if (option === '--json') {
      json = true;
      data.push(value);
    } else if (option === '--data-urlencode') data.push(urlencoded(value));
    else if (option === '--url-query') query.push(urlencoded(value));
    else if (/^(?:-d|--data(?:-raw|-binary|-ascii)?)$/.test(option))
      data.push(option !== '--data-raw' && value.startsWith('@') ? '' : value);
    else if (option === '-F' || option === '--form' || option === '--form-string')
      form.push(formField(value, option !== '--form-string'));
    else if (option === '-T' || option === '--upload-file') upload = true;
    else if (option === '-u' || option === '--user') credentials.push('user name and password (-u)');
    else if (option === '-b' || option === '--cookie') credentials.push('cookies (-b)');
    else if (option === '--oauth2-bearer') credentials.push('bearer token (--oauth2-bearer)');
    else if (option === '-E' || option === '--cert' || option === '--key' || option === '--aws-sigv4')
      credentials.push(`client certificate or signature (${option})`);
  }
  const url = urls[0];
  if (url === undefined) throw importError('bad_curl', 'The command names no URL.');
  const hasBody = data.length > 0 || form.length > 0 || upload;
  return {
    name: undefined,
    description: undefined,
    method: method ?? (upload ? 'PUT' : hasBody && !asQuery ? 'POST' : 'GET'),
    url: /^[a-z]+:\/\//i.test(url) ? url : `https://${url}`,
    query: [...query, ...(asQuery ? data : [])].join('&'),
    headers: json ? [['content-type', 'application/json'], ...headers] : headers,
    body: asQuery || (data.length === 0 && !upload) ? null : data.join('&'),
    form,
    credentials,
    auth: credentials.some((name) => name.includes('-u'))
      ? 'basic'
      : credentials.some((name) => name.includes('bearer'))
        ? 'bearer'
        : undefined,
    answers: [],
  };
}

/** Options with their values; `null` for a word that is no option. `-XPOST` and `-sSL` are taken apart. */
function* optionsOf(words: readonly string[]): Generator<[string | null, string]> {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word.startsWith('--')) {
      const [name = '', ...rest] = word.split('=');
      if (rest.length > 0 && withValue.has(name)) yield [name, rest.join('=')];
      else if (withValue.has(word)) yield [word, words[++i] ?? ''];
      else yield [word, ''];
    } else if (word.startsWith('-') && word.length > 1) {
      // Several letters: those without a value, then one whose value follows at once or as the next word.
      for (let at = 1; at < word.length; at++) {
        const letter = `-${word[at]}`;
        if (!withValue.has(letter)) yield [letter, ''];
        else {
          const own = word.slice(at + 1);
          yield [letter, own === '' ? (words[++i] ?? '') : own];
          break;
        }
      }
    } else yield [null, word];
  }
}

function headerOf(text: string): [string, string] {
  const at = text.indexOf(':');
  return at === -1 ? [text.replace(/;$/, ''), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** `name=text` with the text encoded, as curl would. */
function urlencoded(value: string): string {
  const at = value.indexOf('=');
  if (at <= 0) return encodeURIComponent(value.replace(/^=/, ''));
  return `${value.slice(0, at)}=${encodeURIComponent(value.slice(at + 1))}`;
}

function formField(text: string, files: boolean): SentRequest['form'][number] {
  const at = text.indexOf('=');
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  return files && /^[@<]/.test(value)
    ? { name, value: null }
    : { name, value: value.replace(/;(?:type|filename)=[^;]*/g, '') };
}
