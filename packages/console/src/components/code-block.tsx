import { useNotices } from '../shell/notices.tsx';

interface Given {
  readonly title: string;
  /** Text as it stands, or data that is shown as JSON. */
  readonly value: unknown;
  readonly wrap?: boolean;
}

export function CodeBlock({ title, value, wrap = false }: Given) {
  const { say } = useNotices();
  const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      say(`${title}: copied.`);
    } catch {
      say('The browser does not let the page copy. Select the text instead.');
    }
  }
  return (
    <figure className="code-block">
      <figcaption className="code-head">
        <h3>{title}</h3>
        <button type="button" onClick={() => void copy()}>
          Copy<span className="hidden-visually"> {title}</span>
        </button>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre className={wrap ? 'wrap' : undefined} tabIndex={0}>
        {text}
      </pre>
    </figure>
  );
}
